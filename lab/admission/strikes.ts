import { toMs } from '../base/duration.ts'
import { seeded } from '../base/random.ts'
import type { Experiment } from '../model/experiment.ts'
import type { Fault } from '../model/fault.ts'
import type { LabSystem } from '../model/target.ts'
import type { RunOptions } from './run-options.ts'

/** A strike whose moment the seed has chosen; times in ms since the inject phase began. */
export interface TimedStrike<System extends LabSystem> {
  readonly id: number
  readonly fault: Fault<System>
  readonly atMs: number
  /** Undefined: until the heal phase. */
  readonly untilMs: number | undefined
}

/**
 * The faults a run is to make: none in a calm run, the schedule and what controls add in any other.
 * The same seed gives the same moments, whatever else the run draws.
 */
export function strikesOf<System extends LabSystem>(
  { schedule, controls = [] }: Experiment<System>,
  { seed, faultsOff = false, planted = [] }: RunOptions,
): readonly TimedStrike<System>[] {
  const added = controls.filter(({ name }) => planted.includes(name))
  const strikes = faultsOff ? [] : [...schedule, ...added.flatMap(({ strikes }) => strikes)]
  return strikes.map((strike, id) => {
    const moved = seeded(seed).fork(`strike/${id}`).next() * toMs(strike.within ?? '0ms')
    const atMs = Math.round(toMs(strike.at) + moved)
    const untilMs = strike.for === undefined ? undefined : atMs + toMs(strike.for)
    return { id, fault: strike.fault, atMs, untilMs }
  })
}
