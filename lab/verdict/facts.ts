import { z } from 'zod'
import { type Entry, firstFinalOp, type Journal, type Phase } from '../journal/journal.ts'
import type { PlanEntry } from '../journal/plan.ts'
import type { Witness } from '../model/checker.ts'
import type { JudgedFault, JudgedHypothesis } from './conclusion.ts'

/** An entry of one kind. */
export type EntryOf<Kind extends Entry['kind']> = Extract<Entry, { readonly kind: Kind }>

/** What a journal says, sorted by what the demands of a verdict ask for. Times in ms of the run. */
export interface Facts {
  readonly run: EntryOf<'run'> | undefined
  /** Undefined where the journal does not begin with a run. */
  readonly plan: PlanEntry | undefined
  readonly phases: ReadonlyMap<Phase, number>
  readonly faults: readonly JudgedFault[]
  /** The last answer for each hypothesis and moment. */
  readonly hypotheses: readonly JudgedHypothesis[]
  readonly traffic: ReadonlyMap<string, TrafficFacts>
  /** The first entry that is earlier than the one before it. */
  readonly backwards: Entry | undefined
  of<Kind extends Entry['kind']>(kind: Kind): readonly EntryOf<Kind>[]
  /**
   * From the first fault, or the first entry of a witness where that is earlier, to the last heal or
   * entry; and how late the lab started the latest operation of the witness.
   */
  spanOf(witness: Witness): {
    readonly fromMs: number
    readonly toMs: number
    readonly latestMs: number
  }
  /** How late the lab started the operations of a stretch, at the 95th percentile, in ms. */
  latenessIn(fromMs: number, toMs: number): number
}

/** What became of a workload's operations; those of the final reads are none. */
export interface TrafficFacts {
  readonly operations: readonly OperationFacts[]
  readonly beganMs: number | undefined
  readonly endedMs: number | undefined
  /** `stopped` by the run, or `done` because it had no more operations. */
  readonly why: 'stopped' | 'done' | undefined
}

export interface OperationFacts {
  readonly intendedMs: number
  readonly startedMs: number
  /** Undefined: never answered. */
  readonly answeredMs: number | undefined
  readonly ok: boolean
  readonly shed: boolean
}

export function factsOf(journal: Journal): Facts {
  const kinds = Map.groupBy(journal, entry => entry.kind)
  const of = <Kind extends Entry['kind']>(kind: Kind): readonly EntryOf<Kind>[] =>
    (kinds.get(kind) ?? []).filter((entry): entry is EntryOf<Kind> => entry.kind === kind)
  const run = of('run')[0]
  return {
    run,
    plan: run?.plan,
    phases: new Map(of('phase').map(({ phase, atMs }) => [phase, atMs])),
    faults: faultsOf(of('fault')),
    hypotheses: hypothesesOf(of('probe')),
    traffic: trafficOf(of('invoke'), of('complete'), of('traffic')),
    backwards: journal.find(({ atMs }, index) => atMs < (journal[index - 1]?.atMs ?? atMs)),
    of,
    spanOf: ({ entries, atMs }) => {
      const faults = of('fault').filter(({ step }) => step === 'planned' || step === 'healed')
      const seen = entries.flatMap(index => journal[index]?.atMs ?? [])
      const times = [atMs, ...seen, ...faults.map(one => one.atMs)]
      const late = entries.flatMap(index => {
        const entry = journal[index]
        return entry?.kind === 'invoke' ? [entry.atMs - entry.intendedMs] : []
      })
      return {
        fromMs: Math.min(...times),
        toMs: Math.max(...times),
        latestMs: Math.max(0, ...late),
      }
    },
    latenessIn: (fromMs, toMs) => {
      const late = of('invoke')
        .filter(({ op, atMs }) => op < firstFinalOp && atMs >= fromMs && atMs <= toMs)
        .map(({ atMs, intendedMs }) => atMs - intendedMs)
        .toSorted((a, b) => a - b)
      return late[Math.floor(0.95 * late.length)] ?? 0
    },
  }
}

function faultsOf(entries: readonly EntryOf<'fault'>[]): readonly JudgedFault[] {
  const faults = new Map<number, JudgedFault>()
  for (const {
    id,
    strike,
    label,
    step,
    touches,
    landed,
    landedOn,
    mayEnd,
    atMs,
    error,
  } of entries) {
    const known = faults.get(id) ?? { id, strike, label, touches }
    faults.set(id, {
      ...known,
      ...(mayEnd ? { mayEnd } : {}),
      ...(step === 'planned' ? { plannedAtMs: atMs } : {}),
      ...(step === 'applied' ? { appliedAtMs: atMs } : {}),
      ...(step === 'landed' ? { landedAtMs: atMs } : {}),
      ...(step === 'landed' && landed !== undefined ? { landed } : {}),
      ...(step === 'landed' && landedOn !== undefined ? { landedOn } : {}),
      ...(step === 'healed' && error === undefined ? { healedAtMs: atMs } : {}),
      ...(step === 'healed' && error !== undefined ? { unhealed: error } : {}),
    })
  }
  return [...faults.values()].sort((a, b) => a.id - b.id)
}

function hypothesesOf(probes: readonly EntryOf<'probe'>[]): readonly JudgedHypothesis[] {
  const last = new Map<string, JudgedHypothesis>()
  for (const probe of probes) {
    const { hypothesis, when, held, expected, tooFew, sees, atMs, window } = probe
    const value = z.json().parse(probe.value)
    if (when === 'during') continue
    const more = {
      ...(tooFew ? { tooFew } : {}),
      ...(window ? { lateMs: window.lateMs, sinceMs: window.fromMs } : {}),
      ...(sees === undefined ? {} : { sees }),
    }
    const judged = { sentence: hypothesis, when, held, value, expected, atMs, ...more }
    last.set(`${when} ${hypothesis}`, judged)
  }
  return [...last.values()]
}

function trafficOf(
  invokes: readonly EntryOf<'invoke'>[],
  completes: readonly EntryOf<'complete'>[],
  marks: readonly EntryOf<'traffic'>[],
): ReadonlyMap<string, TrafficFacts> {
  const answers = Map.groupBy(completes, entry => entry.workload)
  const groups = Map.groupBy(
    invokes.filter(({ op }) => op < firstFinalOp),
    entry => entry.workload,
  )
  const names = new Set([...groups.keys(), ...marks.map(({ workload }) => workload)])
  return new Map(
    [...names].map(name => {
      const own = marks.filter(({ workload }) => workload === name)
      const ended = own.findLast(({ step }) => step === 'ended')
      return [
        name,
        {
          operations: operationsOf(groups.get(name) ?? [], answers.get(name) ?? []),
          beganMs: own.find(({ step }) => step === 'began')?.atMs,
          endedMs: ended?.atMs,
          why: ended?.why,
        },
      ]
    }),
  )
}

function operationsOf(
  invokes: readonly EntryOf<'invoke'>[],
  completes: readonly EntryOf<'complete'>[],
): readonly OperationFacts[] {
  const answers = new Map(completes.map(entry => [entry.op, entry]))
  return invokes.map(({ op, intendedMs, atMs: startedMs }) => {
    const answer = answers.get(op)
    const outcome = answer?.outcome
    return {
      intendedMs,
      startedMs,
      answeredMs: answer?.atMs,
      ok: outcome?.kind === 'ok',
      shed: outcome !== undefined && outcome.kind !== 'ok' && outcome.ended === 'shed',
    }
  })
}
