import type { Entry } from '../../journal/journal.ts'
import { inNumber } from '../wording.ts'
import { LiveState } from './live-state.ts'

const trafficEveryMs = 5_000

/**
 * The run as lines of a log, for pipes and CI: what changes, and the traffic every five seconds.
 */
export class PlainLines {
  readonly #state = new LiveState()
  #lastTrafficMs = 0

  /** The lines this entry gives rise to; most give none. */
  take(entry: Entry): readonly string[] {
    this.#state.take(entry)
    const stamp = `[${(entry.atMs / 1000).toFixed(1).padStart(6)} s]`
    const told = tell(entry)
    return [
      ...(told === undefined ? [] : [`${stamp} ${told}`]),
      ...this.#traffic(entry.atMs).map(text => `${stamp} ${text}`),
    ]
  }

  #traffic(nowMs: number): readonly string[] {
    if (nowMs - this.#lastTrafficMs < trafficEveryMs) return []
    this.#lastTrafficMs = nowMs
    return this.#state.flows(nowMs).map(flow => {
      const { workload, okPerSecond, failPerSecond, infoPerSecond, p95Ms } = flow
      const p95 = p95Ms === undefined ? 'no ok answer' : `p95 ${inNumber(p95Ms)} ms`
      const others = `${failPerSecond} failed/s, ${infoPerSecond} unknown/s`
      return `${workload}: ${okPerSecond} ok/s, ${others}, ${p95}`
    })
  }
}

function tell(entry: Entry): string | undefined {
  switch (entry.kind) {
    case 'run':
      return `${entry.experiment}, seed ${entry.seed}: ${entry.title}`
    case 'phase':
      return `phase ${entry.phase}`
    case 'fault':
      return tellFault(entry)
    case 'probe':
      return tellProbe(entry)
    case 'preflight':
      return entry.passed ? undefined : `preflight of ${entry.link} failed: ${entry.detail}`
    case 'abort':
      return `aborting: ${entry.reason}`
    case 'error':
      return `error: ${entry.message}`
    default:
      return undefined
  }
}

function tellProbe(entry: Extract<Entry, { readonly kind: 'probe' }>): string {
  const { held, when, hypothesis, value, expected } = entry
  const word = held ? 'holds' : 'does not hold'
  return `${word} (${when}): ${hypothesis}: ${JSON.stringify(value)}, expected ${expected}`
}

function tellFault(entry: Extract<Entry, { readonly kind: 'fault' }>): string | undefined {
  const { step, label, error, landed } = entry
  if (error !== undefined) return `fault ${label}: ${error}`
  if (step === 'applied') return `fault ${label} strikes`
  if (step === 'healed') return `fault ${label} healed`
  return landed === 0 ? `fault ${label} touched nothing` : undefined
}
