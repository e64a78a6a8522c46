/**
 * A resilience measure of the service that an experiment tests. With the fault and without the
 * defence the check named `breaks` must be invalid; others may be only if listed in `mayAlsoBreak`.
 */
export interface Defence {
  readonly name: string
  readonly breaks: string
  readonly mayAlsoBreak: readonly string[]
}

export function defence(
  name: string,
  proof: { readonly breaks: string; readonly mayAlsoBreak?: readonly string[] },
): Defence {
  return { name, breaks: proof.breaks, mayAlsoBreak: proof.mayAlsoBreak ?? [] }
}
