import type { Meter } from '../../lab/model/meter.ts'
import { figuresIn } from '../meters/service-metrics.ts'
import type { AttachedSystem } from './attached-system.ts'

/** What a part says of itself where its description says where; none where it does not. */
export function attachedMeters({ described }: AttachedSystem, name: string): readonly Meter[] {
  const { metrics } = described.parts[name] ?? {}
  if (metrics === undefined) return []
  return [
    {
      of: name,
      read: async signal => {
        const answer = await fetch(metrics, { signal })
        if (!answer.ok) throw new Error(`${name} does not tell its metrics: ${answer.status}`)
        return figuresIn(await answer.text())
      },
    },
  ]
}
