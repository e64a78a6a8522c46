import { equalJitterMs } from '../resilience/backoff.ts'

/** What a queue promises of its jobs; each of these is a defence, and can be absent. */
export interface Policy {
  /** A job whose worker died is given to another after so long; never: undefined. */
  readonly leaseMs: number | undefined
  /** So many attempts, then it is dead; any number: undefined. */
  readonly attempts: number | undefined
  /** Of the pauses between attempts, with equal jitter; none: undefined. */
  readonly backOff: { readonly baseMs: number; readonly capMs: number } | undefined
}

/** When a job that failed is due again; never again: undefined. */
export function retryInMs(
  { attempts: most = Number.POSITIVE_INFINITY, backOff }: Policy,
  { attempts }: { readonly attempts: number },
): number | undefined {
  if (attempts >= most) return undefined
  return backOff ? Math.round(equalJitterMs(attempts, backOff.baseMs, backOff.capMs)) : 0
}
