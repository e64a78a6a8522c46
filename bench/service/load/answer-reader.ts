/** What of an HTTP answer a load generator looks at. */
export interface Answer {
  readonly status: number
  /** The connection may be used again. */
  readonly keepsAlive: boolean
}

/** Bytes that are no answer this reader knows: it reads `content-length` only, no chunks. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer'
}

const endOfHead = Buffer.from('\r\n\r\n')

/** Puts one answer after the other together from what a connection brings; cheap, and strict. */
export class AnswerReader {
  #held: Buffer | undefined

  /**
   * The answer, once it is there whole.
   * @throws {UnreadableAnswer} also when there is more than one answer: one was asked for.
   */
  push(chunk: Buffer): Answer | undefined {
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk
    this.#held = bytes
    const headBytes = bytes.indexOf(endOfHead)
    if (headBytes < 0) return undefined
    const head = bytes.toString('latin1', 0, headBytes)
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1])
    if (!status) throw new UnreadableAnswer(`not an HTTP/1.1 answer: ${head.slice(0, 40)}`)
    const missing = headBytes + endOfHead.length + bodyBytes(head, status) - bytes.length
    if (missing > 0) return undefined
    if (missing < 0) throw new UnreadableAnswer(`${-missing} bytes after the answer`)
    this.#held = undefined
    return { status, keepsAlive: !/\r\nconnection: *close/i.test(head) }
  }
}

function bodyBytes(head: string, status: number): number {
  if (status === 204 || status === 304) return 0
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new UnreadableAnswer('an answer without content-length')
  return Number(length)
}
