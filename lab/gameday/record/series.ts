import { nearestRank } from '../../base/quantile.ts'
import type { Entry } from '../../journal/journal.ts'
import type { Sampled } from '../../journal/sample.ts'
import { messagesOf, totalOf } from '../../journal/wire-counters.ts'

interface Flow {
  ok: number
  fail: number
  info: number
  readonly latenciesMs: number[]
}

interface Part {
  readonly figures: Record<string, number>
  readonly cpu?: { readonly atMs: number; readonly cpuMs: number }
}

/** Makes a sample a second of a day's entries. */
export class Series {
  #traffic = new Map<string, Flow>()
  #wire = new Map<string, [number, number, number, number]>()
  readonly #parts = new Map<string, Part>()
  readonly #steady = new Map<string, boolean>()

  take(entry: Entry): void {
    if (entry.kind === 'complete') this.#completed(entry)
    if (entry.kind === 'wire-count') this.#counted(entry)
    if (entry.kind === 'resources') this.#measured(entry)
    if (entry.kind === 'process' && entry.step === 'exited') this.#parts.delete(entry.process)
    if (entry.kind === 'probe') this.#steady.set(entry.hypothesis, entry.held)
  }

  /** Ends the second. */
  sample(): Sampled {
    const traffic = Object.fromEntries(
      [...this.#traffic].map(([name, { ok, fail, info, latenciesMs }]) => {
        const sorted = Float64Array.from(latenciesMs).sort()
        const at = (q: number) => Math.round(10 * Math.max(0, nearestRank(sorted, q))) / 10
        const [p50, p95] = sorted.length === 0 ? [-1, -1] : [at(0.5), at(0.95)]
        return [name, [ok, fail, info, p50, p95] satisfies Sampled['traffic'][string]]
      }),
    )
    const wire = Object.fromEntries(
      [...this.#wire].map(([link, [a, b, c, bytes]]) => [
        link,
        [a, b, c, round(bytes / 1024)] satisfies Sampled['wire'][string],
      ]),
    )
    for (const flow of this.#traffic.values()) {
      Object.assign(flow, { ok: 0, fail: 0, info: 0 })
      flow.latenciesMs.length = 0
    }
    this.#wire = new Map()
    const parts = Object.fromEntries(
      [...this.#parts].map(([of, { figures }]) => [of, { ...figures }]),
    )
    return { traffic, wire, parts, steady: Object.fromEntries(this.#steady) }
  }

  #completed({ workload, outcome, latencyMs }: Extract<Entry, { kind: 'complete' }>): void {
    const flow = this.#traffic.get(workload) ?? { ok: 0, fail: 0, info: 0, latenciesMs: [] }
    this.#traffic.set(workload, flow)
    flow[outcome.kind]++
    if (outcome.kind === 'ok') flow.latenciesMs.push(latencyMs)
  }

  #counted({ link, counts }: Extract<Entry, { kind: 'wire-count' }>): void {
    const before = this.#wire.get(link) ?? [0, 0, 0, 0]
    const { connects = 0, refused = 0, bytesUp = 0, bytesDown = 0 } = counts
    const requests = totalOf(messagesOf(counts, 'request'))
    const errors = refused + totalOf(messagesOf(counts, 'error'))
    if (requests + errors + connects + bytesUp + bytesDown === 0) return
    this.#wire.set(link, [
      before[0] + requests,
      before[1] + errors,
      before[2] + connects,
      before[3] + bytesUp + bytesDown,
    ])
  }

  #measured({ of, figures, atMs }: Extract<Entry, { kind: 'resources' }>): void {
    const before = this.#parts.get(of)
    const { cpuMs, ...others } = figures
    const cpu = cpuMs === undefined ? before?.cpu : { atMs, cpuMs }
    const used =
      cpuMs !== undefined && before?.cpu && atMs > before.cpu.atMs
        ? { cpu: round(Math.max(0, cpuMs - before.cpu.cpuMs) / (atMs - before.cpu.atMs)) }
        : {}
    const all = { ...before?.figures, ...others, ...used }
    this.#parts.set(of, { figures: all, ...(cpu && { cpu }) })
  }
}

const round = (value: number) => Math.round(100 * value) / 100
