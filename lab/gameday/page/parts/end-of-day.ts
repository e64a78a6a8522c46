import { html } from 'htm/preact'
import type { DayView } from '../../view/day-view.ts'
import type { Do } from '../base/client.ts'
import { ask, type Me } from '../base/client.ts'

/** Is all normal again? Only then may the day be closed. */
export function EndOfDay({ me, view, doIt }: { me: Me; view: DayView; doIt: Do }) {
  const { look, role, closedMs } = view
  const looks = role === 'owner' || role === 'agent' || role === 'reporter'
  const save = async (kind: 'html' | 'markdown') => {
    const report = (await ask(me.secret, '/api/report')) as { html: string; markdown: string }
    const type = kind === 'html' ? 'text/html' : 'text/markdown'
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([report[kind]], { type }))
    link.download = kind === 'html' ? 'game-day.html' : 'game-day.md'
    link.click()
  }
  return html`<section class="card" aria-labelledby="end-title">
    <h2 id="end-title">End of the day</h2><div class="stack">
    ${closedMs === undefined && looks && html`<button onClick=${() => doIt({ do: 'look' })}>Is all normal again?</button>`}
    ${
      look &&
      html`<ul class="findings" aria-label="Is all normal again">${look.findings.map(
        ({ what, ok, detail }) =>
          html`<li class=${ok ? 'ok' : 'bad'}>${ok ? '✓' : '✗'} ${what} <span class="soft">${detail}</span></li>`,
      )}</ul>`
    }
    ${closedMs === undefined && role === 'owner' && html`<button class="primary" onClick=${() => doIt({ do: 'close' })}>Close the day</button>`}
    ${closedMs !== undefined && html`<p class="ok">The day is closed.</p>`}
    <div class="row"><button class="quiet" onClick=${() => save('html')}>Report as page</button>
      <button class="quiet" onClick=${() => save('markdown')}>as Markdown</button></div></div>
  </section>`
}
