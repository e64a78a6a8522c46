/**
 * The two errors of a block in which the end of a resource failed after the block had: the later
 * one, and the one before it. The language's `SuppressedError`; Node 22, which has none, is given an
 * error of that name by the compiled `using`. Undefined for any other error.
 */
export function bothErrors(
  error: unknown,
): { readonly later: unknown; readonly before: unknown } | undefined {
  if (!(error instanceof Error) || error.name !== 'SuppressedError') return undefined
  if (!('error' in error) || !('suppressed' in error)) return undefined
  return { later: error.error, before: error.suppressed }
}
