import type { Ending } from '../contracts/connection.ts'
import { BUFFER_LIMIT, COPIES_LIMIT, type MessageAction } from '../contracts/message-stage.ts'
import type { Message } from '../contracts/protocol.ts'

/** Carries out one message's action: called for each range of its bytes, and when it is complete. */
export interface ActionExecutor {
  bytes(data: Buffer): void
  finish(): void
}

/** What an executor may do with its interceptor. */
export interface ExecutorPort {
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

type NotPass = Exclude<MessageAction, { readonly do: 'pass' }>

/**
 * What the action wants at once is done here. `landed` is called once, when the
 * action is sure to be carried out: some need to see the whole message first.
 */
export function openExecutor(
  action: NotPass,
  message: Message,
  port: ExecutorPort,
  landed: () => void,
): ActionExecutor {
  switch (action.do) {
    case 'duplicate':
      return duplicate(port, message, action, landed)
    case 'reorder':
      return gather(port, landed, whole => port.aside(whole, action.withinMs, action.by ?? 1))
    case 'rewrite':
      return gather(port, landed, whole => port.put(action.change(Buffer.concat(whole))))
    case 'delay':
      if (!action.overtake) break
      return gather(port, landed, whole => {
        port.aside(whole, action.ms, Number.POSITIVE_INFINITY)
      })
  }
  landed()
  return simpleExecutor(action, message, port)
}

function simpleExecutor(
  action: Exclude<NotPass, { readonly do: 'duplicate' | 'reorder' | 'rewrite' }>,
  message: Message,
  port: ExecutorPort,
): ActionExecutor {
  switch (action.do) {
    case 'drop':
      return swallow
    case 'replace':
      port.put(action.bytes)
      return swallow
    case 'answer':
      port.answer(message, action.bytes, action.ending)
      return swallow
    case 'watch':
      return watch(port, action.look)
    case 'delay':
      return delay(port, performance.now() + action.ms)
    case 'corrupt':
      return corrupt(port, action.change)
    case 'throttle':
      return throttle(port, action.bytesPerSecond)
    case 'cut':
      return cut(port, message, action)
  }
}

const swallow: ActionExecutor = { bytes: () => {}, finish: () => {} }

function delay(port: ExecutorPort, dueMs: number): ActionExecutor {
  return { bytes: data => port.put(data, dueMs), finish: () => {} }
}

function corrupt(
  port: ExecutorPort,
  change: (bytes: Buffer, offset: number) => Buffer,
): ActionExecutor {
  let offset = 0
  return {
    bytes: data => {
      port.put(change(Buffer.from(data), offset))
      offset += data.length
    },
    finish: () => {},
  }
}

function watch(port: ExecutorPort, look: (bytes: Buffer) => void): ActionExecutor {
  return {
    bytes: data => {
      look(data)
      port.put(data)
    },
    finish: () => {},
  }
}

/** A message too large to keep passes once. */
function duplicate(
  port: ExecutorPort,
  message: Message,
  { times = 1, again }: NotPass & { readonly do: 'duplicate' },
  landed: () => void,
): ActionExecutor {
  const most = Math.min(BUFFER_LIMIT, COPIES_LIMIT / times)
  let kept: Buffer[] = again ? [again] : []
  let size = again?.length ?? 0
  return {
    bytes: data => {
      port.put(data)
      if (again) return
      size += data.length
      if (size <= most) kept.push(data)
      else kept = []
    },
    finish: () => {
      if (size > most || !port.repeat(message, times)) return
      landed()
      for (let n = 0; n < times; n++) for (const data of kept) port.put(data)
    },
  }
}

/** The whole message for `use`. One too large to keep goes on in its place, unchanged. */
function gather(
  port: ExecutorPort,
  landed: () => void,
  use: (whole: readonly Buffer[]) => void,
): ActionExecutor {
  let kept: Buffer[] = []
  let size = 0
  return {
    bytes: data => {
      size += data.length
      kept.push(data)
      if (size <= BUFFER_LIMIT) return
      for (const each of kept) port.put(each)
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

function throttle(port: ExecutorPort, bytesPerSecond: number): ActionExecutor {
  return {
    bytes: data => {
      const step = Math.ceil(Math.max(bytesPerSecond / 50, data.length / MOST_PIECES))
      for (let at = 0; at < data.length; at += step) {
        const piece = data.subarray(at, at + step)
        const freeMs = Math.max(port.throttledUntilMs, performance.now())
        port.throttledUntilMs = freeMs + (piece.length / bytesPerSecond) * 1000
        port.put(piece, port.throttledUntilMs)
      }
    },
    finish: () => {},
  }
}

function cut(
  port: ExecutorPort,
  message: Message,
  action: NotPass & { readonly do: 'cut' },
): ActionExecutor {
  const { when, how, farewell } = action
  if (when === 'before') {
    port.cut(how, farewell)
    return swallow
  }
  if (when === 'after') {
    return {
      bytes: data => port.put(data),
      finish: () => {
        if (message.awaited) port.cutAtAnswer(message, how, farewell)
        else port.cut(how, farewell)
      },
    }
  }
  const { share } = action
  let left = action.at
  return {
    bytes: data => {
      if (share) {
        const { passes, isEnd } = share(data)
        port.put(data.subarray(0, passes))
        if (isEnd) port.cut(how, farewell)
        return
      }
      left ??= Math.max(1, Math.floor(data.length / 2))
      port.put(data.subarray(0, left))
      left -= Math.min(left, data.length)
      if (left === 0) port.cut(how, farewell)
    },
    finish: () => port.cut(how, farewell),
  }
}
