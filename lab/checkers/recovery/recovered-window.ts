import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import { ofKind } from '../shared/history.ts'
import {
  endOf,
  faultWindow,
  isCalm,
  strikesCalled,
  strikesIn,
  type Window,
} from '../shared/strikes.ts'

export interface RecoveryOptions {
  /** The strike it is counted from, by its name. */
  readonly from: string
  /** How long recovery may take: from the heal, or from the strike itself where it is unaided. */
  readonly within: Duration
  /**
   * Back while the fault's remains are still there, before the lab heals anything: counted from the
   * strike, judged until the first heal. Default false: counted from its heal.
   */
  readonly unaided?: boolean
}

/**
 * The stretch in which all must be well again: from the end of the time allowed to the next strike,
 * the first heal (if unaided) or the end of the traffic. `fromMs` is what the time is counted from.
 * Undefined when the strike was never made, or was never healed and help is allowed.
 */
export function recoveredWindow(
  journal: Journal,
  { from, within, unaided = false }: RecoveryOptions,
): { readonly fromMs: number; readonly recovered: Window } | undefined {
  const strikes = strikesCalled(journal, from)
  const calm = isCalm(journal) ? faultWindow(journal) : undefined
  const window = calm ?? faultWindow(journal, from)
  if (!window) return undefined
  const healed = calm !== undefined || strikes.every(each => each.healedMs !== undefined)
  if (!unaided && !healed) return undefined
  const fromMs = unaided ? window.fromMs : window.toMs
  const recoveredMs = fromMs + toMs(within)
  const all = strikesIn(journal)
  const ends = [
    ...all.flatMap(({ appliedMs = -1 }) => (appliedMs >= recoveredMs ? [appliedMs] : [])),
    ...(unaided
      ? [...all.flatMap(each => each.healedMs ?? []), healPhaseOf(journal)].filter(
          ms => ms > fromMs,
        )
      : []),
    trafficEndOf(journal),
  ]
  return { fromMs, recovered: { fromMs: recoveredMs, toMs: Math.min(...ends) } }
}

function healPhaseOf(journal: Journal): number {
  return ofKind(journal, 'phase').find(({ phase }) => phase === 'heal')?.atMs ?? endOf(journal)
}

/** When the last traffic was stopped; the final reads come after it. */
function trafficEndOf(journal: Journal): number {
  const finals = ofKind(journal, 'phase').find(({ phase }) => phase === 'final-reads')
  const ended = ofKind(journal, 'traffic').filter(({ step }) => step === 'ended')
  return ended.at(0)?.atMs ?? finals?.atMs ?? endOf(journal)
}
