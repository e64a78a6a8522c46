import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { verdicts } from '../../base/verdict.ts'
import type { Entry } from '../../journal/journal.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'

const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** A run as Prometheus sees it, fed from journal entries, in a registry of its own. */
export class RunMetrics {
  readonly #registry = new Registry()
  readonly #info = this.#gauge('lab_run_info', 'The run under way.', ['experiment', 'run', 'seed'])
  readonly #phase = this.#gauge('lab_phase', '1 for the phase the run is in.', ['phase'])
  readonly #fault = this.#gauge('lab_fault_active', '1 while the fault is in force.', ['fault'])
  readonly #hypothesis = this.#gauge(
    'lab_hypothesis_held',
    'Whether the hypothesis held when last asked.',
    ['hypothesis', 'when'],
  )
  readonly #verdict = this.#gauge('lab_verdict', '1 for the verdict of the run.', ['verdict'])
  readonly #operations = this.#counter('lab_operations_total', 'Operations by how they ended.', [
    'workload',
    'outcome',
  ])
  readonly #landed = this.#gauge('lab_fault_landed', 'What the fault really touched.', ['fault'])
  readonly #wire = this.#counter('lab_wire_total', 'What passed a link, by kind.', ['link', 'kind'])
  readonly #latency = new Histogram({
    name: 'lab_operation_latency_seconds',
    help: 'Latency of ok answers from the intended start.',
    labelNames: ['workload'],
    buckets: latencyBuckets,
    registers: [this.#registry],
  })

  get contentType(): string {
    return this.#registry.contentType
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }

  take(entry: Entry): void {
    if (entry.kind === 'run') this.#began(entry)
    if (entry.kind === 'phase') this.#entered(entry)
    if (entry.kind === 'complete') this.#completed(entry)
    if (entry.kind === 'fault') this.#faulted(entry)
    if (entry.kind === 'wire-count') this.#passed(entry)
    if (entry.kind === 'probe') {
      const { hypothesis, when, held } = entry
      this.#hypothesis.set({ hypothesis, when }, held ? 1 : 0)
    }
  }

  conclude({ verdict }: Conclusion): void {
    for (const word of verdicts) this.#verdict.set({ verdict: word }, word === verdict ? 1 : 0)
  }

  #began({ experiment, runId, seed }: Extract<Entry, { kind: 'run' }>): void {
    this.#info.set({ experiment, run: runId, seed: `${seed}` }, 1)
  }

  #entered({ phase }: Extract<Entry, { kind: 'phase' }>): void {
    this.#phase.reset()
    this.#phase.set({ phase }, 1)
  }

  #passed({ link, counts }: Extract<Entry, { kind: 'wire-count' }>): void {
    for (const [kind, count] of Object.entries(counts)) this.#wire.inc({ link, kind }, count)
  }

  #completed({ workload, outcome, latencyMs }: Extract<Entry, { kind: 'complete' }>): void {
    this.#operations.inc({ workload, outcome: outcome.kind })
    if (outcome.kind === 'ok') this.#latency.observe({ workload }, latencyMs / 1000)
  }

  #faulted({ label: fault, step, landed }: Extract<Entry, { kind: 'fault' }>): void {
    if (step === 'applied') this.#fault.set({ fault }, 1)
    if (step === 'healed') this.#fault.set({ fault }, 0)
    if (landed !== undefined) this.#landed.set({ fault }, landed)
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: Label[]): Gauge<Label> {
    return new Gauge({ name, help, labelNames, registers: [this.#registry] })
  }

  #counter<Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] })
  }
}
