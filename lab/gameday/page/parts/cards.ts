import { html } from 'htm/preact'
import type { DayView } from '../../view/day-view.ts'
import type { Do } from '../base/client.ts'
import { clock } from '../base/words.ts'

/** What is expected, sealed before it can be known. */
export function Cards({ view, doIt, can }: { view: DayView; doIt: Do; can: boolean }) {
  const seal = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const data = new FormData(form)
    const text = (name: string) => `${data.get(name) ?? ''}`
    const sealed = await doIt({
      do: 'expect',
      expectation: {
        impact: text('impact'),
        alert: text('alert'),
        alertWithinMinutes: Number(text('minutes') || 0),
        response: text('response'),
        wayBack: text('way-back'),
      },
    })
    if (sealed) form.reset()
  }
  return html`<section class="card" aria-labelledby="cards-title">
    <h2 id="cards-title">Expectation <span class="count">${view.cards.length}</span></h2>
    ${view.cards.map(
      ({
        card,
        expectation,
        seal,
        by,
        atMs,
      }) => html`<details key=${card} class="sealed"><summary>${expectation.impact}</summary>
        <dl><dt>Alert</dt><dd>${expectation.alert ? `${expectation.alert}, within ${expectation.alertWithinMinutes} min` : 'none'}</dd>
        <dt>Response</dt><dd>${expectation.response}</dd><dt>Way back</dt><dd>${expectation.wayBack}</dd></dl>
        <p class="soft small">sealed by ${by} at ${clock(atMs)} · <code title=${seal}>${seal.slice(0, 12)}</code></p></details>`,
    )}
    ${
      can &&
      html`<details open=${view.cards.length === 0}><summary>New card</summary><form onSubmit=${seal}>
      <label>What will happen<textarea name="impact" required maxlength="2000" rows="2"></textarea></label>
      <label>Alert that fires<input name="alert" maxlength="2000" placeholder="none" /></label>
      <label>Within<span class="with-unit"><input name="minutes" type="number" min="0" max="240" step="0.5" /> min</span></label>
      <label>What people will do<textarea name="response" required maxlength="2000" rows="2"></textarea></label>
      <label>The way back<textarea name="way-back" required maxlength="2000" rows="2"></textarea></label>
      <button>Seal</button></form></details>`
    }
  </section>`
}
