import type { PlannedWorkload } from '../journal/plan.ts'
import { plannedBy } from '../model/rates.ts'
import type { JudgedFault } from './conclusion.ts'
import type { Demand } from './demand.ts'
import type { Facts, TrafficFacts } from './facts.ts'

/** Less than this share of the planned operations is another traffic than the plan's. */
const leastOfRate = 0.95
/** An operation started later than this measures the lab; more than the share of them, all do. */
const late = { byMs: 250, share: 0.1 }
/** Ok answers before the first fault, or half of what the plan has by then where that is less. */
const okBefore = 10
/** A momentary strike is felt for about so long. */
const feltMs = 1_000
/** Where fewer operations were due than this, chance alone may have let none be there. */
const leastDue = 3

/** Of the traffic: as much as planned, on time, before, during and after the strikes. */
export const trafficDemands: readonly Demand[] = [
  {
    name: 'traffic of every workload',
    word: 'inconclusive',
    missing: ({ plan, traffic }) =>
      (plan?.workloads ?? []).flatMap(({ name }) =>
        traffic.has(name) ? [] : [`there was no traffic of ${name}`],
      ),
    next: 'See what ended the run before its baseline: traffic begins there.',
  },
  {
    name: 'every workload at its rate',
    word: 'inconclusive',
    ofMachine: true,
    missing: each(wrongRate),
    next: 'Ask for a rate this machine can make, or run it on a machine that is less busy.',
    ofWholeRuns: true,
  },
  {
    name: 'every operation sent',
    word: 'inconclusive',
    missing: each(({ name }, { operations }) => {
      const shed = operations.filter(each => each.shed).length
      const text = `${shed} operations of ${name} were never sent: too many were in flight`
      return shed > 0 ? [text] : []
    }),
    next: "Raise the workload's maxInFlight, or lower its rate.",
  },
  {
    name: 'every operation answered once',
    word: 'inconclusive',
    missing: unpaired,
    next: 'Judge the journal as the run wrote it; one that was cut or put together shows nothing.',
    ofWholeRuns: true,
  },
  {
    name: 'every workload on time',
    word: 'inconclusive',
    ofMachine: true,
    missing: each(({ name }, { operations }) => {
      const tardy = operations.filter(one => one.startedMs - one.intendedMs > late.byMs).length
      const text = `${tardy} of ${operations.length} operations of ${name} were started over ${late.byMs} ms late`
      return tardy > late.share * operations.length ? [text] : []
    }),
    next: 'This machine was short of time: run it again when it is less busy.',
    ofWholeRuns: true,
  },
  {
    name: 'a service to lose before the first fault',
    word: 'inconclusive',
    missing: facts => each((workload, traffic) => tooFewOk(workload, traffic, facts))(facts),
    next: 'Give the baseline more time, or the workload more operations.',
    ofWholeRuns: true,
  },
  {
    name: 'operations overlapping each strike',
    word: 'inconclusive',
    missing: facts =>
      facts.faults
        .filter(fault => !overlapped(fault, facts))
        .map(({ label }) => {
          return `no operation was under way while ${label} was in force`
        }),
    next: 'Let traffic flow while the fault is in force, or let the fault last longer.',
    ofWholeRuns: true,
  },
  {
    name: 'every workload under way during some strike',
    word: 'inconclusive',
    missing: facts => each((workload, traffic) => spared(workload, traffic, facts))(facts),
    next: 'Let its course have operations while a fault is in force: what is spared shows nothing.',
    ofWholeRuns: true,
  },
  {
    name: 'traffic until recovery was judged',
    word: 'inconclusive',
    missing: facts => each((workload, traffic) => endedEarly(workload, traffic, facts))(facts),
    next: 'Let operations() go on for ever, at a rate above zero, or say that the workload is finite.',
    ofWholeRuns: true,
  },
]

/** Asks the same of each workload of the plan, and of the traffic that the journal has of it, if any. */
function each(
  ask: (workload: PlannedWorkload, traffic: TrafficFacts) => readonly string[],
): (facts: Facts) => readonly string[] {
  return ({ plan, traffic }) =>
    (plan?.workloads ?? []).flatMap(workload => {
      const found = traffic.get(workload.name)
      return found ? ask(workload, found) : []
    })
}

function wrongRate({ name, rates, finite }: PlannedWorkload, traffic: TrafficFacts) {
  const { operations, beganMs, endedMs } = traffic
  if (beganMs === undefined || endedMs === undefined) {
    return [`nothing says when the traffic of ${name} began and ended`]
  }
  const planned = Math.floor(plannedBy(rates, endedMs - beganMs))
  if (finite || operations.length >= leastOfRate * planned - 1) return []
  return [`${planned} operations of ${name} were planned, and ${operations.length} made`]
}

/** Operations, the final reads among them, that were not started once and answered once. */
function unpaired({ of }: Facts): readonly string[] {
  const open = new Map<string, Set<number>>()
  let strange = 0
  for (const { workload, op } of of('invoke')) {
    const ops = open.get(workload) ?? new Set()
    if (ops.has(op)) strange++
    open.set(workload, ops.add(op))
  }
  for (const { workload, op } of of('complete')) if (!open.get(workload)?.delete(op)) strange++
  const unanswered = [...open.values()].reduce((sum, { size }) => sum + size, 0)
  return [
    ...(unanswered > 0 ? [`the journal has no answer to ${unanswered} operations`] : []),
    ...(strange > 0 ? [`the journal has ${strange} operations or answers twice`] : []),
  ]
}

/** In calm weather, before the time at which the first fault would have been due. */
function tooFewOk(workload: PlannedWorkload, traffic: TrafficFacts, { faults, phases }: Facts) {
  if (workload.finite) {
    return traffic.operations.length > 0 ? [] : [`${workload.name} made no operation at all`]
  }
  const plannedMs = faults.flatMap(({ plannedAtMs }) => plannedAtMs ?? [])
  const firstMs = plannedMs.length > 0 ? Math.min(...plannedMs) : phases.get('inject')
  if (firstMs === undefined) return []
  const planned = plannedBy(workload.rates, firstMs - (traffic.beganMs ?? firstMs))
  const least = Math.max(1, Math.min(okBefore, Math.floor(planned / 2)))
  const ok = traffic.operations.filter(
    one => one.ok && (one.answeredMs ?? firstMs) < firstMs,
  ).length
  const text = `${ok} ok answers of ${workload.name} before the first fault, at least ${least} needed`
  return ok < least ? [text] : []
}

function overlapped(fault: JudgedFault, { traffic }: Facts) {
  const span = spanOf(fault)
  return !span || [...traffic.values()].some(one => underWay(one, span))
}

interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** While a strike could be felt; undefined where it was never made. */
function spanOf({ plannedAtMs, appliedAtMs, healedAtMs }: JudgedFault): Span | undefined {
  if (appliedAtMs === undefined) return undefined
  return { fromMs: plannedAtMs ?? appliedAtMs, toMs: healedAtMs ?? appliedAtMs + feltMs }
}

/** An operation that the lab started too late for the span, whatever was intended, met nothing of it. */
function underWay({ operations }: TrafficFacts, { fromMs, toMs }: Span): boolean {
  return operations.some(
    ({ startedMs, answeredMs = Infinity }) => startedMs < toMs && answeredMs >= fromMs,
  )
}

/** Whether so few operations were due in the spans that chance may have let none be there. */
function rare({ rates }: PlannedWorkload, { beganMs = 0 }: TrafficFacts, spans: readonly Span[]) {
  const due = spans.reduce((sum, { fromMs, toMs }) => {
    return sum + plannedBy(rates, toMs - beganMs) - plannedBy(rates, fromMs - beganMs)
  }, 0)
  return due > 0 && due < leastDue
}

/** A workload of which no strike could have hit anything. */
function spared(workload: PlannedWorkload, traffic: TrafficFacts, { faults }: Facts) {
  const spans = faults.flatMap(fault => spanOf(fault) ?? [])
  if (workload.finite || spans.length === 0) return []
  if (spans.some(span => underWay(traffic, span)) || rare(workload, traffic, spans)) return []
  return [`no operation of ${workload.name} was under way while any fault was in force`]
}

function endedEarly(workload: PlannedWorkload, traffic: TrafficFacts, { phases }: Facts) {
  const { name, finite } = workload
  if (finite) return []
  if (traffic.why !== 'stopped') return [`the traffic of ${name} ended before the run did`]
  const [fromMs, toMs] = [phases.get('recover'), traffic.endedMs]
  if (fromMs === undefined || toMs === undefined) return []
  const span = { fromMs, toMs }
  if (underWay(traffic, span) || rare(workload, traffic, [span])) return []
  return [`no operation of ${name} was under way after healing`]
}
