import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { Sample } from '../../../journal/sample.ts'
import type { DayView } from '../../view/day-view.ts'
import { drawnPanel, type Shown, seriesOf } from '../base/drawn-panels.ts'
import { markLanes, stateLanes } from '../base/lanes.ts'
import { panels as own, type Panel } from '../base/panels.ts'
import { Numbers } from './numbers.ts'
import { Plot } from './plot.ts'
import { Timeline } from './timeline.ts'

const spans = [2, 5, 15] as const

/**
 * All that is measured, on one time axis with what happened: the panels of the shared list where a
 * monitoring system is asked, else what the lab itself measures.
 */
export function Plots({ samples, view }: { samples: readonly Sample[]; view: DayView }) {
  const [minutes, setMinutes] = useState<number>(5)
  const lastMs = samples.at(-1)?.atMs ?? 0
  const fromMs = Math.max(0, lastMs - minutes * 60_000)
  const toMs = Math.max(lastMs, fromMs + 60_000)
  const shown = samples.filter(({ atMs }) => atMs >= fromMs - 2_000)
  const axis = { samples: shown, marks: view.marks, fromMs, toMs, nowMs: lastMs }
  const listed = view.opened?.panels ?? []
  const drawn = listed.filter(({ id }) => seriesOf(id, shown).length > 0)
  const plain = listed.length > 0 ? [] : own.filter(panel => hasData(panel, shown))
  const empty =
    listed.length > 0
      ? listed.filter(each => !drawn.includes(each))
      : own.filter(each => !plain.includes(each))
  const lanes = markLanes(view.marks)
  return html`<section class="card" aria-labelledby="plots-title">
    <h2 id="plots-title">Watch <span class="row" role="group" aria-label="Minutes shown">${spans.map(
      each =>
        html`<button class="quiet" aria-pressed=${each === minutes} onClick=${() => setMinutes(each)}>${each} min</button>`,
    )}</span></h2>
    ${lanes.length > 0 && html`<${Timeline} title="What happened" lanes=${lanes} ...${axis} />`}
    <div class="plots">
      ${drawn.map(panel => html`<${Listed} key=${panel.id} panel=${panel} axis=${axis} />`)}
      ${plain.map(panel => html`<${Plot} key=${panel.title} panel=${panel} ...${axis} />`)}
    </div>
    ${empty.length > 0 && html`<p class="soft">Nothing to draw yet: ${empty.map(({ title }) => title).join('; ')}.</p>`}
  </section>`
}

interface Axis {
  readonly samples: readonly Sample[]
  readonly fromMs: number
  readonly toMs: number
  readonly nowMs: number
}

function Listed({ panel, axis }: { panel: Shown; axis: Axis }) {
  if (panel.kind === 'number') return html`<${Numbers} panel=${panel} samples=${axis.samples} />`
  if (panel.kind === 'lines') return html`<${Plot} panel=${drawnPanel(panel)} ...${axis} />`
  const lanes = stateLanes(panel, axis.samples)
  return html`<${Timeline} title=${panel.title} lanes=${lanes} ...${axis} />`
}

/** A panel without a figure says less than no panel: it would read as "all is well". */
function hasData({ lines }: Panel, samples: readonly Sample[]): boolean {
  return lines(samples).some(({ of }) =>
    samples.some((sample, i) => of(sample, samples[i - 1]) !== undefined),
  )
}
