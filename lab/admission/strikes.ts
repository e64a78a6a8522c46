import { toMs } from '../base/duration.ts'
import { seeded } from '../base/random.ts'
import type { Experiment } from '../model/experiment.ts'
import type { Moment, Strike } from '../model/schedule.ts'
import type { LabSystem } from '../model/target.ts'
import type { RunOptions } from './run-options.ts'

/** A strike as a run makes it: numbered, named, and moved by the seed. */
export interface TimedStrike<System extends LabSystem> {
  readonly id: number
  readonly name: string
  readonly fault: Strike<System>['fault']
  readonly moment: Moment<System>
  /** How far the seed moves it behind its moment. */
  readonly movedMs: number
  /** How long it is in force. Undefined: until the heal phase, or over at once. */
  readonly forMs: number | undefined
  readonly least: number
  readonly leastEach: number
}

/** When a strike may come, in ms since the inject phase began. */
export interface StrikeTimes {
  readonly earliestMs: number
  readonly latestMs: number
  /** When the latest one is over. */
  readonly endMs: number
}

/**
 * The faults a run is to make: none in a calm run, the schedule and what controls add in any other.
 * The same seed gives the same moments, whatever else the run draws.
 */
export function strikesOf<System extends LabSystem>(
  { schedule, controls = [] }: Pick<Experiment<System>, 'schedule' | 'controls'>,
  { seed, faultsOff = false, planted = [] }: Pick<RunOptions, 'seed' | 'faultsOff' | 'planted'>,
): readonly TimedStrike<System>[] {
  const added = controls.filter(({ name }) => planted.includes(name))
  const strikes = faultsOff ? [] : [...schedule, ...added.flatMap(({ strikes }) => strikes)]
  const names = namesOf(strikes)
  return strikes.map((strike, id) => {
    const { fault, moment, within = '0ms', for: lasting, least = 1, leastEach = 0 } = strike
    const name = names[id] ?? fault.name
    const movedMs = Math.round(seeded(seed).fork(`strike/${id}`).next() * toMs(within))
    const forMs = lasting === undefined ? undefined : toMs(lasting)
    return { id, name, fault, moment, movedMs, forMs, least, leastEach }
  })
}

/** A strike without a name has its fault's, with a number from the second of that name on. */
export function namesOf<System extends LabSystem>(strikes: readonly Strike<System>[]): string[] {
  const names: string[] = []
  for (const { name, fault } of strikes) {
    const alike = names.filter(each => each === fault.name || each.startsWith(`${fault.name}-`))
    names.push(name ?? (alike.length === 0 ? fault.name : `${fault.name}-${alike.length + 1}`))
  }
  return names
}

/** A strike that waits for another counts from that one's times; one that waits for none has its own. */
export function strikeTimes<System extends LabSystem>(
  strikes: readonly Strike<System>[],
): readonly StrikeTimes[] {
  const names = namesOf(strikes)
  const timesOf = (index: number, waiting: readonly string[]): StrikeTimes => {
    const [strike, name = ''] = [strikes[index], names[index]]
    if (!strike || waiting.includes(name)) return none
    const { earliestMs, latestMs } = beginning(strike.moment, awaited => {
      const other = names.indexOf(awaited)
      return [timesOf(other, [...waiting, name]), strikes[other]]
    })
    const latest = latestMs + toMs(strike.within ?? '0ms')
    return { earliestMs, latestMs: latest, endMs: latest + toMs(strike.for ?? '0ms') }
  }
  return strikes.map((_, index) => timesOf(index, []))
}

/** The times of a strike that is not there, or that waits for itself. */
const none: StrikeTimes = { earliestMs: 0, latestMs: 0, endMs: 0 }

function beginning<System extends LabSystem>(
  moment: Moment<System>,
  other: (name: string) => readonly [StrikeTimes, Strike<System> | undefined],
): Pick<StrikeTimes, 'earliestMs' | 'latestMs'> {
  if (moment.kind === 'at') return { earliestMs: toMs(moment.at), latestMs: toMs(moment.at) }
  if (moment.kind === 'when') return { earliestMs: 0, latestMs: toMs(moment.atMost) }
  const [times, strike] = other(moment.strike)
  const lastsMs = moment.once === 'healed' ? toMs(strike?.for ?? '0ms') : 0
  const delayMs = toMs(moment.delay) + lastsMs
  return { earliestMs: times.earliestMs + delayMs, latestMs: times.latestMs + delayMs }
}
