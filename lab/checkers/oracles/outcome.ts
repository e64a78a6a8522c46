import type { Json } from '../../base/json.ts'
import type { Outcome } from '../../journal/journal.ts'

/** How a made-up operation ended. */
export function outcome(kind: Outcome['kind'], value: Json): Outcome {
  const error = 'made up'
  if (kind === 'ok') return { kind, value }
  return kind === 'fail' ? { kind, error } : { kind, error }
}
