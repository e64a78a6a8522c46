import { BUFFER_LIMIT, COPIES_LIMIT, type Message, type Verdict } from '../contracts/protocol.ts'
import type { Ending } from '../contracts/toxic.ts'

/** How one judged message passes: asked for each range of its bytes, and when it is complete. */
export interface Passage {
  bytes(data: Buffer): void
  finish(): void
}

/** What a passage can do with its gate. */
export interface Exit {
  put(data: Buffer, dueMs?: number): void
  /** A whole message that comes back after so many others, or after a time. */
  aside(chunks: readonly Buffer[], withinMs: number, overtakers: number): void
  /** No byte after this. */
  cut(how: Ending, farewell: Buffer | undefined): void
  cutAtAnswer(message: Message, how: Ending, farewell: Buffer | undefined): void
  answer(message: Message, bytes: Buffer, ending: Ending | undefined): void
  /** The message goes out so many times more; false when its answers could not be told apart. */
  repeat(message: Message, times: number): boolean
  /** Time at which the last throttled byte has gone. */
  throttledUntilMs: number
}

type Judged = Exclude<Verdict, { readonly do: 'pass' }>

/**
 * Begins the passage; what the verdict wants at once is done here. `landed` is called once, when the
 * verdict is sure to be carried out: some need to see the whole message first.
 */
export function openPassage(
  verdict: Judged,
  message: Message,
  exit: Exit,
  landed: () => void,
): Passage {
  switch (verdict.do) {
    case 'duplicate':
      return duplicate(exit, message, verdict, landed)
    case 'reorder':
      return gather(exit, landed, whole => exit.aside(whole, verdict.withinMs, verdict.by ?? 1))
    case 'rewrite':
      return gather(exit, landed, whole => exit.put(verdict.change(Buffer.concat(whole))))
    case 'delay':
      if (!verdict.overtake) break
      return gather(exit, landed, whole => {
        exit.aside(whole, verdict.ms, Number.POSITIVE_INFINITY)
      })
  }
  landed()
  return passageOf(verdict, message, exit)
}

function passageOf(
  verdict: Exclude<Judged, { readonly do: 'duplicate' | 'reorder' | 'rewrite' }>,
  message: Message,
  exit: Exit,
): Passage {
  switch (verdict.do) {
    case 'drop':
      return swallow
    case 'replace':
      exit.put(verdict.bytes)
      return swallow
    case 'answer':
      exit.answer(message, verdict.bytes, verdict.ending)
      return swallow
    case 'watch':
      return watch(exit, verdict.look)
    case 'delay':
      return delay(exit, performance.now() + verdict.ms)
    case 'corrupt':
      return corrupt(exit, verdict.change)
    case 'throttle':
      return throttle(exit, verdict.bytesPerSecond)
    case 'cut':
      return cut(exit, message, verdict)
  }
}

const swallow: Passage = { bytes: () => {}, finish: () => {} }

function delay(exit: Exit, dueMs: number): Passage {
  return { bytes: data => exit.put(data, dueMs), finish: () => {} }
}

function corrupt(exit: Exit, change: (bytes: Buffer, offset: number) => Buffer): Passage {
  let offset = 0
  return {
    bytes: data => {
      exit.put(change(Buffer.from(data), offset))
      offset += data.length
    },
    finish: () => {},
  }
}

function watch(exit: Exit, look: (bytes: Buffer) => void): Passage {
  return {
    bytes: data => {
      look(data)
      exit.put(data)
    },
    finish: () => {},
  }
}

/** A message too large to keep passes once. */
function duplicate(
  exit: Exit,
  message: Message,
  { times = 1, again }: Judged & { readonly do: 'duplicate' },
  landed: () => void,
): Passage {
  const most = Math.min(BUFFER_LIMIT, COPIES_LIMIT / times)
  let kept: Buffer[] = again ? [again] : []
  let size = again?.length ?? 0
  return {
    bytes: data => {
      exit.put(data)
      if (again) return
      size += data.length
      if (size <= most) kept.push(data)
      else kept = []
    },
    finish: () => {
      if (size > most || !exit.repeat(message, times)) return
      landed()
      for (let n = 0; n < times; n++) for (const data of kept) exit.put(data)
    },
  }
}

/** The whole message for `use`. One too large to keep goes on in its place, unchanged. */
function gather(exit: Exit, landed: () => void, use: (whole: readonly Buffer[]) => void): Passage {
  let kept: Buffer[] = []
  let size = 0
  return {
    bytes: data => {
      size += data.length
      kept.push(data)
      if (size <= BUFFER_LIMIT) return
      for (const each of kept) exit.put(each)
      kept = []
    },
    finish: () => {
      if (size > BUFFER_LIMIT) return
      landed()
      use(kept)
    },
  }
}

/** So many pieces of one chunk may wait: each costs memory of its own. */
const MOST_PIECES = 256

function throttle(exit: Exit, bytesPerSecond: number): Passage {
  return {
    bytes: data => {
      const step = Math.ceil(Math.max(bytesPerSecond / 50, data.length / MOST_PIECES))
      for (let at = 0; at < data.length; at += step) {
        const piece = data.subarray(at, at + step)
        const freeMs = Math.max(exit.throttledUntilMs, performance.now())
        exit.throttledUntilMs = freeMs + (piece.length / bytesPerSecond) * 1000
        exit.put(piece, exit.throttledUntilMs)
      }
    },
    finish: () => {},
  }
}

function cut(exit: Exit, message: Message, verdict: Judged & { readonly do: 'cut' }): Passage {
  const { when, how, farewell } = verdict
  if (when === 'before') {
    exit.cut(how, farewell)
    return swallow
  }
  if (when === 'after') {
    return {
      bytes: data => exit.put(data),
      finish: () => {
        if (message.awaited) exit.cutAtAnswer(message, how, farewell)
        else exit.cut(how, farewell)
      },
    }
  }
  let left = verdict.at
  return {
    bytes: data => {
      left ??= Math.max(1, Math.floor(data.length / 2))
      exit.put(data.subarray(0, left))
      left -= Math.min(left, data.length)
      if (left === 0) exit.cut(how, farewell)
    },
    finish: () => exit.cut(how, farewell),
  }
}
