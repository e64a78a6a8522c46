import { Problem } from '../../problem.ts'

/** Why a call gave no usable answer. Each of these may be gone when asked again. */
export type FailureKind =
  | 'connect'
  | 'timeout'
  | 'cut'
  | 'status'
  | 'content-type'
  | 'invalid-json'
  | 'unexpected-shape'

/** The marketplace was asked and did not answer as its documentation says. */
export class MarketplaceFailure extends Error {
  override readonly name = 'MarketplaceFailure'
  readonly kind: FailureKind
  readonly status: number | undefined

  constructor(kind: FailureKind, options: { cause?: unknown; status?: number } = {}) {
    const status = options.status === undefined ? '' : ` ${options.status}`
    super(`The marketplace: ${kind}${status}`, { cause: options.cause })
    this.kind = kind
    this.status = options.status
  }
}

/** What undici throws, by its documented codes; our own deadline stays what it is. */
export function failureOf(cause: unknown): MarketplaceFailure | Problem {
  if (cause instanceof Problem) return cause
  const code = cause instanceof Error && 'code' in cause ? `${cause.code}` : ''
  const name = cause instanceof Error ? cause.name : ''
  if (/TIMEOUT/.test(code) || name === 'TimeoutError' || name === 'AbortError') {
    return new MarketplaceFailure('timeout', { cause })
  }
  if (/ECONNREFUSED|EHOSTUNREACH|ENOTFOUND/.test(code)) {
    return new MarketplaceFailure('connect', { cause })
  }
  return new MarketplaceFailure('cut', { cause })
}
