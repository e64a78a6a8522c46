import { currentContext } from '../context.ts'

/** What a call to another service takes along of the request it is made for. */
export interface Outward {
  /** The request's id, and the time in ms after which nobody waits for the answer any more. */
  readonly headers: Readonly<Record<string, string>>
  /** Aborts with the request's deadline or after `timeoutMs`, whichever comes first. */
  readonly signal: AbortSignal
}

/** @param timeoutMs for this call alone; undefined: as long as the request may take. */
export function outward(timeoutMs?: number): Outward {
  const { requestId, deadline } = currentContext()
  const leftMs = Math.floor(Math.min(deadline.remainingMs(), timeoutMs ?? Number.POSITIVE_INFINITY))
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)
  const signals = [deadline.signal, timeout].filter(signal => signal !== undefined)
  return {
    headers: {
      'x-request-id': requestId,
      ...(Number.isFinite(leftMs) && { 'x-deadline-ms': `${leftMs}` }),
    },
    signal: AbortSignal.any(signals),
  }
}
