import { html } from 'htm/preact'
import type { DayView } from '../../view/day-view.ts'
import type { Do } from '../base/client.ts'

const factors = [0, 0.5, 1, 2, 4] as const

/** Turns traffic up and down. */
export function Pace({ view, doIt }: { view: DayView; doIt: Do }) {
  return html`<section class="card" aria-labelledby="pace-title">
    <h2 id="pace-title">Traffic</h2>
    ${view.opened?.workloads.map(({ name, perSecond }) => {
      const now = view.paces[name] ?? 1
      return html`<div class="pace" role="group" aria-label=${name}>
        <span>${name} <span class="soft">${Math.round(10 * perSecond * now) / 10}/s</span></span>
        <span class="row">${factors.map(
          factor =>
            html`<button class="quiet" aria-pressed=${factor === now} onClick=${() => doIt({ do: 'pace', workload: name, factor })}>${factor}×</button>`,
        )}</span></div>`
    })}
  </section>`
}
