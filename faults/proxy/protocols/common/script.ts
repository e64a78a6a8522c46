import fc from 'fast-check'
import type { Message, ParserOutput, ProtocolSession } from '../../protocol.ts'
import type { Direction } from '../../toxic.ts'

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
