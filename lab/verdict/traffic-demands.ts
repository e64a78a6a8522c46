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

/** Of the traffic: as much as planned, on time, before, during and after the strikes. */
export const trafficDemands: readonly Demand[] = [
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
    name: 'traffic until recovery was judged',
    word: 'inconclusive',
    missing: each(({ name, finite }, { why }) =>
      finite || why === 'stopped' ? [] : [`the traffic of ${name} ended before the run did`],
    ),
    next: 'Let operations() go on for ever, or say that the workload is finite.',
    ofWholeRuns: true,
  },
]

/** Asks the same of each workload of the plan, and of the traffic the journal has of it. */
function each(
  ask: (workload: PlannedWorkload, traffic: TrafficFacts) => readonly string[],
): (facts: Facts) => readonly string[] {
  return ({ plan, traffic }) =>
    (plan?.workloads ?? []).flatMap(workload => {
      const found = traffic.get(workload.name)
      return found ? ask(workload, found) : [`there was no traffic of ${workload.name}`]
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

function tooFewOk(workload: PlannedWorkload, traffic: TrafficFacts, { faults }: Facts) {
  const firstMs = Math.min(
    ...faults.map(({ plannedAtMs = Number.POSITIVE_INFINITY }) => plannedAtMs),
  )
  if (workload.finite || !Number.isFinite(firstMs)) return []
  const planned = plannedBy(workload.rates, firstMs - (traffic.beganMs ?? firstMs))
  const least = Math.max(1, Math.min(okBefore, Math.floor(planned / 2)))
  const ok = traffic.operations.filter(
    one => one.ok && (one.answeredMs ?? firstMs) < firstMs,
  ).length
  const text = `${ok} ok answers of ${workload.name} before the first fault, at least ${least} needed`
  return ok < least ? [text] : []
}

function overlapped({ plannedAtMs, appliedAtMs, healedAtMs }: JudgedFault, { traffic }: Facts) {
  if (appliedAtMs === undefined) return true
  const fromMs = plannedAtMs ?? appliedAtMs
  const toMs = healedAtMs ?? appliedAtMs + feltMs
  return [...traffic.values()].some(({ operations }) =>
    operations.some(
      ({ intendedMs, answeredMs = Number.POSITIVE_INFINITY }) =>
        intendedMs < toMs && answeredMs >= fromMs,
    ),
  )
}
