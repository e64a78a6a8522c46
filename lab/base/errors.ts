import type { Verdict } from './verdict.ts'

export interface Explanation {
  readonly code: string
  readonly expected: string
  readonly found: string
  readonly why: string
  readonly next: string
  readonly cause?: unknown
}

/**
 * An error that a person can act on: what was expected, what was found, why it matters, what to do
 * next. `code` is stable and may be tested for; `verdict` names the exit code the command ends with.
 */
export class LabError extends Error {
  override readonly name = 'LabError'
  readonly code: string
  readonly verdict: Verdict | 'unable' | 'usage'
  constructor(explanation: Explanation, verdict: Verdict | 'unable' | 'usage' = 'error') {
    const { expected, found, why, next } = explanation
    super(
      `Expected ${expected}\n  Found    ${found}\n  Why      ${why}\n  Next     ${next}`,
      explanation.cause === undefined ? undefined : { cause: explanation.cause },
    )
    this.code = explanation.code
    this.verdict = verdict
  }
}

/** The words of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
