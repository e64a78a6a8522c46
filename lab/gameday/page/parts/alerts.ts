import { html } from 'htm/preact'
import type { DayView } from '../../view/day-view.ts'
import { clock } from '../base/words.ts'

/** What fires now, what is about to, and what was resolved. */
export function Alerts({ view, nowMs }: { view: DayView; nowMs: number }) {
  const { alerts } = view
  if (!alerts) return null
  const { firing, pending, resolved, silent } = alerts
  const about = (labels: Readonly<Record<string, string>>) =>
    Object.entries(labels)
      .filter(([name]) => name !== 'severity')
      .map(([, value]) => value)
      .join(' ')
  return html`<section class="card" aria-labelledby="alerts-title">
    <h2 id="alerts-title">Alerts <span class=${firing.length > 0 ? 'chip bad' : 'count'}>${firing.length} firing</span></h2>
    ${silent && html`<p class="bad" role="status">The monitoring says nothing any longer: this is not "no alert".</p>`}
    ${firing.length + pending.length === 0 && html`<p class="soft">None fires.</p>`}
    <ul class="steady">${firing.map(
      ({
        name,
        labels,
        firedMs,
      }) => html`<li class=${labels.severity === 'ticket' ? 'unsure' : 'bad'}><b>${name}</b>
        <span class="soft">${labels.severity} ${about(labels)} for ${clock(nowMs - firedMs)}</span></li>`,
    )}${pending.map(
      ({ name, labels }) => html`<li class="unsure"><b>${name}</b>
        <span class="soft">${about(labels)} is about to fire</span></li>`,
    )}</ul>
    ${
      resolved.length > 0 &&
      html`<details><summary>Resolved: ${resolved.length}</summary><ul class="past">${resolved
        .toReversed()
        .map(
          ({ name, labels, firedMs, resolvedMs = firedMs }) =>
            html`<li>${name} <span class="soft">${about(labels)} ${clock(firedMs)} to ${clock(resolvedMs)}</span></li>`,
        )}</ul></details>`
    }
  </section>`
}
