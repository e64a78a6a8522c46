import { html } from 'htm/preact'
import type { Sample } from '../../../journal/sample.ts'
import { type Shown, seriesOf } from '../base/drawn-panels.ts'
import { figure } from '../base/units.ts'

/** A panel of single figures, as they were said last. */
export function Numbers({ panel, samples }: { panel: Shown; samples: readonly Sample[] }) {
  const last = samples.findLast(({ drawn }) => drawn)
  const figures = last?.drawn?.[panel.id] ?? {}
  const names = seriesOf(panel.id, last ? [last] : [])
  if (names.length === 0) return null
  return html`<figure class="plot"><figcaption>${panel.title}</figcaption>
    <ul class="numbers">${names.map(
      name => html`<li>${name} <b>${figure(figures[name] ?? 0, panel.unit)}</b></li>`,
    )}</ul></figure>`
}
