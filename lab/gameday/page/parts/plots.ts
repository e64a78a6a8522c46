import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { Sample } from '../../../journal/sample.ts'
import type { Mark } from '../../view/marks.ts'
import { type Line, panels } from '../base/panels.ts'
import { Plot } from './plot.ts'

const spans = [2, 5, 15] as const

/** All that is measured, on one time axis, with what happened marked. */
export function Plots({ samples, marks }: { samples: readonly Sample[]; marks: readonly Mark[] }) {
  const [minutes, setMinutes] = useState<number>(5)
  const toMs = samples.at(-1)?.atMs ?? 0
  const fromMs = toMs - minutes * 60_000
  const shown = samples.filter(({ atMs }) => atMs >= fromMs - 2_000)
  const drawn = panels.filter(({ lines }) => lines(shown).some(line => hasData(line, shown)))
  const empty = panels.filter(panel => !drawn.includes(panel)).map(({ title }) => title)
  return html`<section class="card plots" aria-labelledby="plots-title">
    <h2 id="plots-title">Watch <span class="row" role="group" aria-label="Minutes shown">${spans.map(
      each =>
        html`<button class="quiet" aria-pressed=${each === minutes} onClick=${() => setMinutes(each)}>${each} min</button>`,
    )}</span></h2>
    ${drawn.map(panel => html`<${Plot} key=${panel.title} panel=${panel} samples=${shown} marks=${marks} fromMs=${fromMs} toMs=${toMs} />`)}
    ${empty.length > 0 && html`<p class="soft">Not measured here: ${empty.join('; ')}.</p>`}
  </section>`
}

/** A panel without a figure says less than no panel: it would read as "all is well". */
function hasData({ of }: Line, samples: readonly Sample[]): boolean {
  return samples.some((sample, i) => of(sample, samples[i - 1]) !== undefined)
}
