import type { Json } from '../../base/json.ts'
import type { Journal, Outcome, WireEvent } from '../../journal/journal.ts'
import { journalOf, type Told } from '../shared/journal-of.ts'

/**
 * The events of a hand-made run of 20 s, around which samples put what they are about: a strike
 * named `cut` of redis is in force from second 4 to second 10; final reads are made at second 20.
 */
export function sampleRun(...parts: readonly (readonly Told[])[]): Journal {
  const strike = {
    kind: 'fault',
    id: 0,
    strike: 'cut',
    fault: 'cut',
    label: 'cut',
    touches: ['redis'],
    mayEnd: ['api-1'],
  } as const
  const told: Told[] = [
    { kind: 'phase', phase: 'baseline', atMs: 0 },
    { kind: 'phase', phase: 'inject', atMs: 3_000 },
    { ...strike, step: 'planned', atMs: 3_990 },
    { ...strike, step: 'applied', atMs: 4_000 },
    { ...strike, step: 'landed', landed: 3, atMs: 9_990 },
    { ...strike, step: 'healed', atMs: 10_000 },
    { kind: 'phase', phase: 'heal', atMs: 10_000 },
    { kind: 'phase', phase: 'recover', atMs: 10_001 },
    { kind: 'phase', phase: 'final-reads', atMs: 20_000 },
    { kind: 'phase', phase: 'check', atMs: 30_000 },
  ]
  return journalOf([...told, ...parts.flat()].toSorted((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0)))
}

export interface SampleOperation {
  readonly workload?: string
  readonly op: number
  readonly client?: number
  readonly f?: string
  readonly key?: string
  readonly input?: Json
  /** Undefined: it is never answered. */
  readonly outcome?: Outcome | undefined
  readonly atMs: number
  readonly tookMs?: number
}

/**
 * One operation, invoked and answered; of the workload `w`, after 5 ms, where nothing else is said.
 */
export function operation(sample: SampleOperation): readonly Told[] {
  const { workload = 'w', op, client = op % 2, f = 'ask', input = op, atMs, tookMs = 5 } = sample
  const common = { workload, op, client, f }
  const key = sample.key === undefined ? {} : { key: sample.key }
  const invoke: Told = { kind: 'invoke', ...common, ...key, input, intendedMs: atMs, atMs }
  if (!sample.outcome) return [invoke]
  const { outcome } = sample
  return [invoke, { kind: 'complete', ...common, outcome, latencyMs: tookMs, atMs: atMs + tookMs }]
}

/** Two hundred operations, one each 100 ms. */
export function operations(
  of: (op: number, atMs: number) => Partial<SampleOperation>,
): readonly Told[] {
  return Array.from({ length: 200 }, (_, op) =>
    operation({ op, key: `k${op}`, outcome: ok(op), atMs: op * 100, ...of(op, op * 100) }),
  ).flat()
}

/** One final read of each of these keys. */
export function finalReads(found: Readonly<Record<string, Json>>, workload = 'w'): readonly Told[] {
  return Object.entries(found).flatMap(([key, value], place) =>
    operation({
      ...{ workload, op: 1_000_000_000 + place, client: 0, f: 'read', key, input: null },
      ...{ outcome: ok(value), atMs: 20_001 + place, tookMs: 1 },
    }),
  )
}

export function ok(value: Json): Outcome {
  return { kind: 'ok', value }
}

export const refused: Outcome = {
  kind: 'fail',
  ended: 'refused',
  status: 503,
  code: 'away',
  error: 'refused: away',
}

/** What a proxy saw on a link. */
export function wire(
  what: WireEvent['what'],
  atMs: number,
  more: Partial<Extract<Told, { readonly kind: 'wire' }>> = {},
): Told {
  return { kind: 'wire', link: 'api-1>redis', connection: 1, what, atMs, sourceAtMs: atMs, ...more }
}
