import { html } from 'htm/preact'
import type { DayView } from '../../view/day-view.ts'
import { clock } from '../base/words.ts'

/** Whether each hypothesis of the steady state holds now. */
export function Steady({ view, nowMs }: { view: DayView; nowMs: number }) {
  const asked = Object.entries(view.steady)
  return html`<section class="card" aria-labelledby="steady-title">
    <h2 id="steady-title">Steady state</h2>
    ${asked.length === 0 && html`<p class="soft">Not measured yet.</p>`}
    <ul class="steady">${asked.map(
      ([
        sentence,
        { held, value, expected, tooFew, sinceMs },
      ]) => html`<li class=${tooFew ? 'unsure' : held ? 'ok' : 'bad'}>
        <b>${tooFew ? '?' : held ? '✓' : '✗'} ${sentence}</b>
        <span class="soft">${rounded(value)} · ${expected} · ${clock(nowMs - sinceMs)}</span></li>`,
    )}</ul></section>`
}

function rounded(value: string): string {
  const number = Number(value)
  return Number.isFinite(number) && value !== '' ? `${Math.round(1_000 * number) / 1_000}` : value
}
