import fc from 'fast-check'
import { expect } from 'vitest'
import type { Direction } from '../contracts/connection.ts'
import type { Message, ParserOutput, ProtocolSession } from '../contracts/protocol.ts'

/** For the parsers' tests: what one side says next. */
export type Line = readonly [who: 'client' | 'server', bytes: string | Buffer]

export interface Heard {
  readonly direction: Direction
  readonly message: Message
  readonly bytes: string
}

export interface Hearing {
  readonly messages: readonly Heard[]
  readonly unparsed: string | undefined
  readonly passed: Readonly<Record<Direction, string>>
}

/** Plays a dialogue through a session, each line cut by `cut`, and collects what was heard. */
export function hear(
  session: ProtocolSession,
  script: readonly Line[],
  cut: (bytes: Buffer) => readonly Buffer[] = bytes => [bytes],
): Hearing {
  const messages: Heard[] = []
  let unparsed: string | undefined
  const passed: Record<Direction, string> = { upstream: '', downstream: '' }
  const output = (direction: Direction): ParserOutput => {
    let open: Message | undefined
    let bytes = ''
    return {
      begin: message => {
        if (open) throw new Error('began twice')
        open = message
        bytes = ''
      },
      bytes: (chunk, start, end) => {
        const text = chunk.toString('latin1', start, end)
        passed[direction] += text
        bytes += text
      },
      finish: () => {
        if (!open) throw new Error('finished before it began')
        messages.push({ direction, message: { ...open }, bytes })
        open = undefined
      },
      unparsed: reason => {
        unparsed = reason
      },
    }
  }
  const outputs = { upstream: output('upstream'), downstream: output('downstream') }
  for (const [who, said] of script) {
    const direction = who === 'client' ? 'upstream' : 'downstream'
    for (const chunk of cut(Buffer.from(said))) {
      const lent = Buffer.from(chunk)
      if (unparsed === undefined) session[direction].push(lent, outputs[direction])
      else passed[direction] += lent.toString('latin1')
      // The memory is the socket's: who keeps a piece of it must have copied it.
      lent.fill(0)
    }
  }
  if (unparsed === undefined) {
    session.upstream.end(outputs.upstream)
    session.downstream.end(outputs.downstream)
  }
  return { messages, unparsed, passed }
}

/** Cuts bytes into pieces whose sizes come again and again from the list. */
export function pieces(sizes: readonly number[]): (bytes: Buffer) => Buffer[] {
  return bytes => {
    const found: Buffer[] = []
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length] ?? 1
      found.push(bytes.subarray(at, at + size))
      at += size
    }
    return found
  }
}

export const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })

/** All that was said, by direction: nothing else may come out. */
export function said(script: readonly Line[]): Record<Direction, string> {
  const of = (who: string) =>
    script
      .filter(line => line[0] === who)
      .map(line => Buffer.from(line[1]).toString('latin1'))
      .join('')
  return { upstream: of('client'), downstream: of('server') }
}

/** What was heard of each message that matters: `< SET cart:1 !READONLY #13`. */
export function summary(
  { messages }: Hearing,
  name = ({ kind }: Message): string | undefined => kind,
): string[] {
  return messages
    .filter(({ message }) => !message.minor)
    .map(({ message }) => {
      const { direction, key, trace, error, answers } = message
      const marks = [trace && `@${trace}`, error && `!${error}`, answers && `#${answers}`]
      const text = [name(message), key, ...marks].filter(Boolean).join(' ')
      return `${direction === 'upstream' ? '>' : '<'} ${text}`
    })
}

/** Holds a session to this: chunk borders make no difference, and every byte passes. */
export function expectAlike(
  open: () => ProtocolSession,
  dialogue: readonly Line[],
  numRuns: number,
): void {
  const whole = hear(open(), dialogue)
  expect(whole.unparsed).toBeUndefined()
  expect(whole.passed).toEqual(said(dialogue))
  const property = fc.property(anySizes, sizes => {
    expect(hear(open(), dialogue, pieces(sizes))).toEqual(whole)
  })
  fc.assert(property, { numRuns })
}

/** Holds a session to this: it never throws, and passes whatever bytes come after a good beginning. */
export function expectUnharmed(
  open: () => ProtocolSession,
  good: readonly Line[],
  beginning: readonly Line[] = [],
): void {
  const noise = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array))
  const who = fc.constantFrom('client' as const, 'server' as const)
  const almost = fc.tuple(fc.constantFrom(...good), fc.nat(200), noise).map(([line, at, bad]) => {
    const bytes = Buffer.from(line[1])
    return Buffer.concat([bytes.subarray(0, at), bad.subarray(0, 3), bytes.subarray(at, 2_000)])
  })
  const script = fc.array(fc.tuple(who, fc.oneof(noise, almost)))
  const property = fc.property(script, anySizes, (rest, sizes) => {
    const lines = [...beginning, ...rest]
    expect(hear(open(), lines, pieces(sizes)).passed).toEqual(said(lines))
  })
  fc.assert(property, { numRuns: 300 })
}
