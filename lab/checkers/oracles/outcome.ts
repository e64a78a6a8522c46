import type { Json } from '../../base/json.ts'
import type { Outcome } from '../../journal/journal.ts'

/** How a made-up operation ended. */
export function outcome(kind: Outcome['kind'], value: Json): Outcome {
  const why = { ended: kind === 'fail' ? 'refused' : 'gave-up', error: 'made up' } as const
  if (kind === 'ok') return { kind, value }
  return kind === 'fail' ? { kind, ...why } : { kind, ...why }
}
