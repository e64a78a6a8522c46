/**
 * Whether a refused request may have had its effect all the same. `not-done` is said only when
 * that is certain; a client may then repeat or give up without asking.
 */
export type RefusedOutcome = 'not-done' | 'unknown'

interface Details {
  readonly status: number
  /** Stable, for programs. */
  readonly code: string
  readonly title: string
  readonly detail?: string
  /** Left out: what the request knows of itself when it is answered (`outcomeOf`). */
  readonly outcome?: RefusedOutcome
  readonly retryAfterSeconds?: number
  /** Which fields are wrong, for 400. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
  readonly cause?: unknown
}

/** An error that is an answer: Problem Details (RFC 9457) plus `code` and `outcome`. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly details: Details
  constructor(details: Details) {
    super(details.detail ?? details.title, { cause: details.cause })
    this.details = details
  }

  toBody(instance: string, { deadline }: { readonly deadline: Known }) {
    const { cause: _, retryAfterSeconds: __, outcome: ___, ...shown } = this.details
    const outcome = outcomeOf(this, deadline)
    return { type: `urn:problem:${shown.code}`, ...shown, outcome, instance }
  }
}

interface Known {
  readonly outcome: RefusedOutcome
}

/** Who is told that the request is wrong has changed nothing; else it counts what was begun. */
export function outcomeOf({ details }: Problem, known: Known): RefusedOutcome {
  return details.outcome ?? (details.status < 500 ? 'not-done' : known.outcome)
}

/** 503 with Retry-After: a dependency is away, slow or left alone. */
export function unavailable(
  code: string,
  title: string,
  options: { outcome?: RefusedOutcome; retryAfterSeconds?: number; cause?: unknown } = {},
): Problem {
  return new Problem({ status: 503, code, title, retryAfterSeconds: 1, ...options })
}

export function notFound(what: string): Problem {
  return new Problem({ status: 404, code: 'not-found', title: `No such ${what}.` })
}
