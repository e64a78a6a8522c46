/**
 * Why a confirmed write failed, and so whether it may be there.
 * `not-sent`: no connection, or time was up before. `refused`: Redis said no. `unconfirmed`: the
 * primary has it, too few replicas. `unanswered`: sent, and no answer came.
 */
export type WriteFailure = 'not-sent' | 'refused' | 'unconfirmed' | 'unanswered'

export class WriteError extends Error {
  override readonly name = 'WriteError'
  readonly failure: WriteFailure
  constructor(failure: WriteFailure, detail: string, cause?: unknown) {
    super(`${failure}: ${detail}`, { cause })
    this.failure = failure
  }
}
