/** Why an action was not carried out; `reasons` are for the person who asked. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly code: 'stopped' | 'closed' | 'preflight' | 'not-found' | 'not-normal' | 'invalid'
  readonly reasons: readonly string[]
  constructor(code: Refusal['code'], reasons: readonly string[]) {
    super(reasons.join('; '))
    this.code = code
    this.reasons = reasons
  }
}
