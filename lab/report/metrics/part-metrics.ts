import type { Entry } from '../../journal/journal.ts'
import { boundedLabel } from './bounded-label.ts'
import type { MetricSet } from './metric-set.ts'

/** Processes of the run, and what they and their servers were measured to use. */
export function partMetrics(metrics: MetricSet): (entry: Entry) => void {
  const up = metrics.gauge('lab_process_up')
  const exits = metrics.counter('lab_process_exits_total')
  const bytes = metrics.gauge('lab_part_bytes')
  const seconds = metrics.gauge('lab_part_seconds')
  const count = metrics.gauge('lab_part_count')
  const bound = boundedLabel(128)
  const take = (part: string, name: string, value: number) => {
    const figure = bound(name)
    if (name.endsWith('Bytes')) bytes.set({ part, figure }, value)
    else if (name.endsWith('Ms')) seconds.set({ part, figure }, value / 1000)
    else count.set({ part, figure }, value)
  }
  return entry => {
    if (entry.kind === 'process') {
      const { process, step, asked } = entry
      up.set({ process }, step === 'ready' || step === 'resumed' ? 1 : 0)
      if (step === 'exited') exits.inc({ process, asked: `${asked}` })
    }
    if (entry.kind === 'resources') {
      for (const [name, value] of Object.entries(entry.figures)) take(entry.of, name, value)
    }
  }
}
