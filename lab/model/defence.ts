/**
 * A resilience measure of the service that an experiment tests. With the fault and without the
 * defence the check named `breaks` must be invalid; others may be only if listed in `mayAlsoBreak`.
 */
export interface Defence {
  readonly name: string
  /** The switches of the target that are off without it; usually its name alone. */
  readonly off: readonly string[]
  readonly breaks: string
  readonly mayAlsoBreak: readonly string[]
}

/** @param names one switch of the target, or a set that is switched off together */
export function defence(
  names: string | readonly string[],
  proof: { readonly breaks: string; readonly mayAlsoBreak?: readonly string[] },
): Defence {
  const off = typeof names === 'string' ? [names] : names
  return { name: off.join('+'), off, breaks: proof.breaks, mayAlsoBreak: proof.mayAlsoBreak ?? [] }
}
