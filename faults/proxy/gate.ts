import { DelayLine } from './delay-line.ts'
import type { Flow } from './flow.ts'
import {
  BUFFER_LIMIT,
  type Message,
  type ParserOutput,
  type StreamParser,
  type Verdict,
} from './protocol.ts'
import { SideLine } from './side-line.ts'
import type { Ending } from './toxic.ts'

/** What a gate asks and tells about the messages it meets. */
export interface GateKeeper {
  /** Counts and reports the message; with `control`, asks the toxics what to do with it. */
  began(message: Message, control: boolean): Verdict
  finished(message: Message): void
  answer(message: Message, bytes: Buffer, then: Ending | undefined): void
  cutAtAnswer(message: Message, how: Ending, farewell: Buffer | undefined): void
  cut(how: Ending, farewell: Buffer | undefined): void
  unparsed(reason: string): void
}

/** The message that is passing, and what was decided about it. */
interface Passing {
  readonly message: Message
  readonly verdict: Verdict
  readonly dueMs: number
  /** Bytes of it seen so far. */
  offset: number
  /** Copies kept for a duplicate, a delay with overtaking, a reorder. */
  kept: Buffer[]
  keptBytes: number
}

/**
 * One direction of a conversation. Without message toxics it only observes: bytes went on before it
 * looks at them. With some it is in control: bytes go on when a message's verdict says so.
 */
export class Gate implements ParserOutput {
  readonly #flow: Flow
  readonly #parser: StreamParser
  readonly #keeper: GateKeeper
  readonly #line: DelayLine
  readonly #side: SideLine
  #control = false
  #raw = false
  #cut = false
  /** Between a message's begin and its finish. */
  #open = false
  #passing: Passing | undefined
  /** Bytes pushed and not yet handed out: what the parser holds. */
  #inside = 0
  /** Of those, already sent on while only observing. */
  #debt = 0
  /** Range of one chunk that passes unchanged, gathered so that many messages make one write. */
  #run: { readonly chunk: Buffer; readonly start: number; end: number } | undefined
  #injections: { readonly bytes: Buffer; readonly then: (() => void) | undefined }[] = []
  #throttledUntilMs = 0

  constructor(flow: Flow, parser: StreamParser, keeper: GateKeeper) {
    this.#flow = flow
    this.#parser = parser
    this.#keeper = keeper
    const outlet = {
      pass: (data: Buffer) => flow.forward(data),
      hold: (bytes: number) => flow.hold(bytes),
      release: (bytes: number) => flow.hold(-bytes),
      deadlines: flow.connection.deadlines,
    }
    this.#line = new DelayLine(outlet)
    this.#side = new SideLine(outlet, bytes => this.inject(bytes))
  }

  get control(): boolean {
    return this.#control
  }

  /** No longer of use: nothing is parsed, and nothing held back. */
  get idle(): boolean {
    return this.#raw && !this.#control
  }

  /** Takes control from the next message on; what is under way passes as it began. */
  takeControl(): void {
    if (this.#control) return
    this.#control = true
    this.#debt = this.#inside
  }

  /** Lets everything go that is held. In control it stays: going back could not be told apart. */
  release(): void {
    this.#side.flush()
    this.#line.flush()
  }

  push(chunk: Buffer): void {
    if (this.#cut) return
    if (this.#raw) {
      if (this.#control) this.#put(chunk)
      return
    }
    this.#inside += chunk.length
    try {
      this.#parser.push(chunk, this)
    } catch (error) {
      this.#parserFailed(error)
    }
    this.#flushRun()
  }

  /** The source said FIN. */
  end(): void {
    if (!this.#raw) this.#parser.end(this)
    this.#flushRun()
    if (!this.#control) return
    this.#side.flush()
    this.#at(() => this.#flow.forwardEnd())
  }

  /** Hands out what the parser holds, and stops parsing. */
  giveUp(): void {
    if (this.#raw) return
    this.#parser.end(this)
    this.#raw = true
    this.#passing = undefined
    this.#open = false
    this.#flushRun()
  }

  /** Bytes of ours, at the next border between messages. */
  inject(bytes: Buffer, then?: () => void): void {
    this.#injections.push({ bytes, then })
    if (!this.#open && this.#debt === 0) this.#injectNow()
  }

  destroy(): void {
    this.#cut = true
    this.#line.clear()
    this.#side.clear()
  }

  begin(message: Message): void {
    this.#open = true
    const verdict = this.#keeper.began(message, this.#control && this.#debt === 0)
    if (!this.#control) return
    const delayed = verdict.do === 'delay' && !verdict.overtake
    const dueMs = delayed ? performance.now() + verdict.ms : 0
    this.#passing = { message, verdict, dueMs, offset: 0, kept: [], keptBytes: 0 }
    if (verdict.do === 'pass') return
    this.#flushRun()
    if (verdict.do === 'replace') this.#put(verdict.bytes)
    if (verdict.do === 'answer') this.#keeper.answer(message, verdict.bytes, verdict.then)
    if (verdict.do === 'cut' && verdict.when === 'before') this.#cutHere(verdict)
  }

  bytes(chunk: Buffer, start: number, end: number): void {
    this.#inside -= end - start
    if (!this.#control || this.#cut) return
    const skipped = Math.min(this.#debt, end - start)
    this.#debt -= skipped
    const from = start + skipped
    if (from === end) return
    const passing = this.#passing
    if (!passing || passing.verdict.do === 'pass') this.#extendRun(chunk, from, end)
    else {
      this.#judged(passing, passing.verdict, chunk.subarray(from, end))
      passing.offset += end - from
    }
  }

  finish(): void {
    const passing = this.#passing
    this.#passing = undefined
    this.#open = false
    if (!passing) return
    if (passing.verdict.do !== 'pass') this.#finishJudged(passing, passing.verdict)
    this.#keeper.finished(passing.message)
    if (passing.verdict.do === 'pass') this.#side.passed()
    if (this.#injections.length > 0) this.#injectNow()
  }

  unparsed(reason: string): void {
    this.#raw = true
    this.#passing = undefined
    this.#open = false
    this.#flushRun()
    this.#keeper.unparsed(reason)
  }

  #judged(passing: Passing, verdict: Verdict, data: Buffer): void {
    switch (verdict.do) {
      case 'delay':
        if (verdict.overtake) this.#keep(passing, data)
        else this.#put(data, passing.dueMs)
        return
      case 'reorder':
        return this.#keep(passing, data)
      case 'duplicate':
        this.#put(data)
        if (passing.keptBytes + data.length <= BUFFER_LIMIT) passing.kept.push(data)
        passing.keptBytes += data.length
        return
      case 'corrupt':
        return this.#put(verdict.change(Buffer.from(data), passing.offset))
      case 'throttle':
        return this.#throttle(data, verdict.bytesPerSecond)
      case 'cut':
        return this.#cutWithin(passing, verdict, data)
      case 'pass':
      case 'drop':
      case 'replace':
      case 'answer':
    }
  }

  #finishJudged({ message, kept, keptBytes }: Passing, verdict: Verdict): void {
    const whole = keptBytes <= BUFFER_LIMIT && kept.length > 0
    switch (verdict.do) {
      case 'duplicate':
        for (let n = verdict.times ?? 1; whole && n > 0; n--)
          for (const data of kept) this.#put(data)
        return
      case 'delay':
        if (verdict.overtake && whole) this.#side.add(kept, verdict.ms, Number.POSITIVE_INFINITY)
        return
      case 'reorder':
        if (whole) this.#side.add(kept, verdict.withinMs, verdict.by ?? 1)
        return
      case 'cut':
        if (verdict.when === 'before') return
        if (verdict.when === 'after' && message.awaited) {
          return this.#keeper.cutAtAnswer(message, verdict.how, verdict.farewell)
        }
        return this.#cutHere(verdict)
    }
  }

  /** Keeps a message aside; one too large to keep goes on in its place. */
  #keep(passing: Passing, data: Buffer): void {
    const before = passing.keptBytes
    passing.keptBytes += data.length
    if (before > BUFFER_LIMIT) return this.#put(data)
    passing.kept.push(data)
    if (passing.keptBytes <= BUFFER_LIMIT) return
    for (const each of passing.kept) this.#put(each)
    passing.kept = []
  }

  #cutWithin(passing: Passing, verdict: Verdict & { do: 'cut' }, data: Buffer): void {
    if (verdict.when === 'before') return
    if (verdict.when === 'after') return this.#put(data)
    const at = verdict.at ?? Math.max(1, Math.floor(data.length / 2))
    const left = at - passing.offset
    if (left > 0) this.#put(data.subarray(0, left))
    if (left <= data.length) this.#cutHere(verdict)
  }

  #cutHere({ how, farewell }: Verdict & { do: 'cut' }): void {
    this.#flushRun()
    this.#at(() => this.#keeper.cut(how, farewell))
    this.#cut = true
  }

  #throttle(data: Buffer, bytesPerSecond: number): void {
    const step = Math.max(1, Math.floor(bytesPerSecond / 50))
    for (let at = 0; at < data.length; at += step) {
      const piece = data.subarray(at, at + step)
      const freeMs = Math.max(this.#throttledUntilMs, performance.now())
      this.#throttledUntilMs = freeMs + (piece.length / bytesPerSecond) * 1000
      this.#put(piece, this.#throttledUntilMs)
    }
  }

  #injectNow(): void {
    this.#flushRun()
    const injections = this.#injections
    this.#injections = []
    for (const { bytes, then } of injections) {
      this.#put(bytes)
      if (then) this.#at(then)
    }
  }

  #extendRun(chunk: Buffer, start: number, end: number): void {
    if (this.#run?.chunk === chunk && this.#run.end === start) this.#run.end = end
    else {
      this.#flushRun()
      this.#run = { chunk, start, end }
    }
  }

  #flushRun(): void {
    const run = this.#run
    this.#run = undefined
    if (run) this.#put(run.chunk.subarray(run.start, run.end))
  }

  #put(data: Buffer, dueMs = 0): void {
    if (data.length === 0) return
    if (this.#line.empty && dueMs === 0) this.#flow.forward(data)
    else this.#line.add(dueMs, data)
  }

  /** Does something when all that was put before has gone on. */
  #at(action: () => void): void {
    if (this.#line.empty) action()
    else this.#line.add(0, action)
  }

  /** A parser must not throw; if one does, bytes it held are lost, so the connection cannot go on. */
  #parserFailed(error: unknown): void {
    this.#raw = true
    this.#keeper.unparsed(`parser failed: ${error instanceof Error ? error.message : error}`)
    if (this.#control) this.#keeper.cut('rst', undefined)
  }
}
