import type { Message, ParserOutput, StreamParser } from '../../contracts/protocol.ts'
import type { Scanner, Sink } from './sink.ts'

/** Lets a scanner, which only names borders, hand out bytes as the proxy's flows want them. */
export class Framed implements StreamParser, Sink {
  readonly #scanner: Scanner
  readonly #lost: (why: string) => void
  #out: ParserOutput | undefined
  #chunk: Buffer | undefined
  #from = 0
  /** Bytes of a message whose head is not known yet, from earlier chunks. */
  #held: Buffer[] = []
  #begun = false
  #stopped = false

  /** `lost` is told when this direction cannot be read on, so that the other stops too. */
  constructor(scanner: (sink: Sink) => Scanner, lost: (why: string) => void) {
    this.#scanner = scanner(this)
    this.#lost = lost
  }

  push(chunk: Buffer, out: ParserOutput): void {
    this.#out = out
    this.#from = 0
    if (!this.#stopped) {
      this.#chunk = chunk
      this.#scanner.read(chunk)
      this.#chunk = undefined
    }
    if (this.#from === chunk.length) return
    const isHeld = !this.#begun && !this.#stopped
    // Copied: a chunk is only lent.
    if (isHeld) this.#held.push(Buffer.from(chunk.subarray(this.#from)))
    else out.bytes(chunk, this.#from, chunk.length)
  }

  end(out: ParserOutput): void
  end(offset: number): void
  end(at: ParserOutput | number): void {
    if (typeof at !== 'number') {
      this.#out = at
      this.#release()
      return
    }
    if (this.#stopped) return
    if (this.#chunk && at > this.#from) this.#out?.bytes(this.#chunk, this.#from, at)
    this.#from = at
    this.#begun = false
    this.#out?.finish()
  }

  head(message: Message): void {
    if (this.#stopped) return
    this.#begun = true
    this.#out?.begin(message)
    this.#release()
  }

  unparsed(why: string): void {
    if (this.#stopped) return
    this.stop()
    if (this.#chunk) this.#out?.bytes(this.#chunk, this.#from, this.#chunk.length)
    this.#from = this.#chunk?.length ?? 0
    this.#lost(why)
    this.#out?.unparsed(why)
  }

  /** Hands out what is held and looks at nothing from here on. */
  stop(): void {
    this.#stopped = true
    this.#release()
  }

  #release(): void {
    for (const held of this.#held) this.#out?.bytes(held, 0, held.length)
    this.#held = []
  }
}
