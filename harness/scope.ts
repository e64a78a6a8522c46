import { rm } from 'node:fs/promises'
import { systemClock } from '../lab/base/clock.ts'
import { inTime } from '../lab/base/deadline.ts'
import { LabError, messageOf } from '../lab/base/errors.ts'
import { seeded } from '../lab/base/random.ts'
import type { Link } from '../lab/model/capability.ts'
import type { Fault } from '../lab/model/fault.ts'
import type { GuardedProcess } from '../lab/model/guardian.ts'
import type { Context, LabSystem } from '../lab/model/target.ts'
import { type FaultInForce, type HeldFault, putInForce } from './fault-in-force.ts'
import type { Session } from './session.ts'

export interface ScopeOptions {
  /** Of its links and folders; the same in each run, as they go into the seed. */
  readonly name: string
  readonly seed: number
  readonly signal: AbortSignal
}

/** A line of the story. */
export interface Told {
  readonly atMs: number
  readonly text: string
}

/** How it went: what a report tells. */
export interface Ended {
  /** Labels of faults that touched nothing, and were expected to. */
  readonly missed: readonly string[]
  /** What could not be healed or stopped. */
  readonly problems: readonly string[]
}

const endWithinMs = 60_000

/**
 * All that one test begins. What is begun is held before it is awaited, and when the scope has ended,
 * or its signal is aborted, nothing begins any more: who comes late, in a test that has timed out, gets
 * an error and leaves nothing.
 */
export class Scope {
  readonly #session: () => Promise<Session>
  readonly #options: ScopeOptions
  readonly #over = new AbortController()
  readonly #signal: AbortSignal
  readonly #pending = new Set<Promise<unknown>>()
  readonly #faults: HeldFault[] = []
  readonly #links: Link[] = []
  readonly #processes: GuardedProcess[] = []
  readonly #story: Told[] = []
  readonly #beganMs = systemClock.nowMs()
  #count = 0
  #context: Promise<Context> | undefined
  #ending: Promise<Ended> | undefined

  constructor(session: () => Promise<Session>, options: ScopeOptions) {
    this.#session = session
    this.#options = options
    this.#signal = AbortSignal.any([options.signal, this.#over.signal])
    if (options.signal.aborted) void this.end()
    else options.signal.addEventListener('abort', () => void this.end(), { once: true })
  }

  get name(): string {
    return this.#options.name
  }

  /** What was begun and ended, in ms since the scope was made. */
  get story(): readonly Told[] {
    return this.#story
  }

  /** Where its servers log, and a report may be put; undefined where nothing was begun. */
  async folder(): Promise<string | undefined> {
    return this.#context?.then(
      ({ runFolder }) => runFolder,
      () => undefined,
    )
  }

  /** Somebody is told to look into its folder. */
  async keepFolder(): Promise<void> {
    if (this.#context) (await this.#session()).keep()
  }

  /** Nobody will ask for it. */
  async removeFolder(): Promise<void> {
    const folder = await this.folder()
    if (folder) await rm(folder, { recursive: true, force: true })
  }

  /** @throws {LabError} `lab-closed`, before and after, when the scope has ended meanwhile. */
  async begin<Value>(what: string, work: (context: Context) => Promise<Value>): Promise<Value> {
    this.#demandOpen(what)
    const working = (async () => {
      this.#context ??= this.#open()
      const context = await this.#context
      this.#demandOpen(what)
      return work(context)
    })()
    const settled = working.then(
      () => {},
      () => {},
    )
    this.#pending.add(settled)
    try {
      const value = await working
      this.#tell(what)
      this.#demandOpen(what)
      return value
    } catch (error) {
      this.#tell(`not ${what}: ${messageOf(error)}`)
      this.#demandOpen(what)
      throw error
    } finally {
      this.#pending.delete(settled)
    }
  }

  /** A listener of its own before that address. */
  link(
    provider: string,
    protocol: Link['protocol'],
    upstream: { readonly host: string; readonly port: number },
    consumer: string,
  ): Promise<Link> {
    return this.begin(`the link to ${provider}`, async () => {
      const { proxies } = await this.#session()
      const twin = this.#links.filter(one => one.provider === provider).length
      const who = `${this.#options.name}:${consumer}${twin === 0 ? '' : `:${twin + 1}`}`
      const link = await proxies.link({ consumer: who, provider, protocol, upstream })
      this.#links.push(link)
      return link
    })
  }

  putInForce(fault: Fault): Promise<FaultInForce> {
    // Else two of one label would draw the same name.
    const ordinal = ++this.#count
    return this.begin(fault.label, async context => {
      const random = context.random.fork(`fault ${ordinal}`)
      const told = (text: string) => this.#tell(text)
      const held = await putInForce(fault, this.#system(), { ...context, random }, told)
      this.#faults.push(held)
      return held
    })
  }

  /** Awaits what is half begun, heals, and stops all. Never rejects; the second call says the same. */
  end(): Promise<Ended> {
    this.#ending ??= this.#end()
    return this.#ending
  }

  #tell(text: string): void {
    this.#story.push({ atMs: Math.round(systemClock.nowMs() - this.#beganMs), text })
  }

  #demandOpen(what: string): void {
    if (this.#signal.aborted) throw closed(what, this.#options.name)
  }

  #system(): LabSystem {
    return {
      links: this.#links,
      describe: () => ({}),
      [Symbol.asyncDispose]: async () => {},
    }
  }

  async #open(): Promise<Context> {
    const { name, seed } = this.#options
    const session = await this.#session()
    const { guardian, lease } = session
    const folders = await session.foldersFor(name)
    const spawn: typeof guardian.spawn = async spec => {
      this.#demandOpen(spec.name)
      const process = await guardian.spawn(spec)
      this.#processes.push(process)
      return process
    }
    return {
      ...folders,
      runId: name,
      clock: systemClock,
      random: seeded(seed).fork(name),
      recorder: { record: event => ({ ...event, index: 0, atMs: 0, source: 'test' }) },
      ledger: guardian.ledger,
      guardian: { ...guardian, spawn },
      signal: AbortSignal.any([this.#signal, guardian.lost]),
      needs: [],
      defencesOff: [],
      proxy: 'embedded',
      progress: () => {},
      lease,
    }
  }

  async #end(): Promise<Ended> {
    this.#over.abort()
    this.#tell('the test has ended')
    const problems: string[] = []
    const attempt = async (what: string, work: Promise<unknown>) => {
      const ending = inTime(what, endWithinMs, work, systemClock)
      await ending.catch((error: unknown) => problems.push(`${what}: ${messageOf(error)}`))
    }
    await attempt('what is half begun to be whole', Promise.all(this.#pending))
    for (const fault of this.#faults.toReversed()) await attempt(fault.label, fault.heal())
    for (const link of this.#links) await attempt(`${link.name} to be removed`, remove(link))
    const ends = this.#processes.map(one => attempt(`${one.name} to stop`, stop(one)))
    await Promise.all(ends)
    const scratch = await this.#context?.then(
      ({ scratchFolder }) => scratchFolder,
      () => undefined,
    )
    if (scratch) await attempt(scratch, rm(scratch, { recursive: true, force: true }))
    return { missed: this.#faults.filter(one => one.missed).map(one => one.label), problems }
  }
}

async function stop(process: GuardedProcess): Promise<void> {
  await process[Symbol.asyncDispose]()
}

async function remove({ name, tapUrl }: Link): Promise<void> {
  const answer = await fetch(new URL(`/proxies/${encodeURIComponent(name)}`, tapUrl), {
    method: 'DELETE',
    signal: AbortSignal.timeout(5_000),
  })
  if (!answer.ok && answer.status !== 404) {
    throw new Error(`the proxy answered ${answer.status}: ${await answer.text()}`)
  }
}

function closed(what: string, name: string): LabError {
  return new LabError({
    code: 'lab-closed',
    expected: `the test "${name}" to be running still when it asks for ${what}`,
    found: 'it has ended, or ran out of its time',
    why: 'what began now would reach into another test, so nothing was begun',
    next: 'await all that the test does, or give it more time (testTimeout)',
  })
}
