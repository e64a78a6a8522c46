import type { Sample } from '../../journal/sample.ts'
import { keptSamples } from '../record/kept-samples.ts'
import { askPanels, type Drawn } from './ask-panels.ts'
import type { RunningDay } from './running-day.ts'

/** Writes a sample of the day each second. */
export class Sampler {
  readonly samples: Sample[] = []
  readonly #running: RunningDay
  /** What the monitoring system said since the sample before. */
  #drawn: Drawn | undefined

  constructor(running: RunningDay) {
    this.#running = running
  }

  /** Until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    const { context, day, system } = this.#running
    const { clock } = context
    const sampling = async () => {
      while (!signal.aborted) {
        await clock.sleep(1_000, signal).catch(() => {})
        if (!signal.aborted) this.#sample()
      }
    }
    const drawing = askPanels(day.panels ?? [], system.metrics, clock, signal, drawn => {
      this.#drawn = drawn
    })
    await Promise.all([sampling(), drawing])
  }

  #sample(): void {
    const { journal, series } = this.#running
    const sampled = { ...series.sample(), ...(this.#drawn && { drawn: this.#drawn }) }
    this.#drawn = undefined
    const { atMs } = journal.record({ kind: 'sample', ...sampled })
    this.samples.push({ atMs, ...sampled })
    if (this.samples.length > keptSamples) this.samples.shift()
  }
}
