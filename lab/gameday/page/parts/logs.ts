import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { DayView } from '../../view/day-view.ts'
import { ask, type Me } from '../base/client.ts'

/** Processes, and the end of the log of one. */
export function Logs({ me, view }: { me: Me; view: DayView }) {
  const [log, setLog] = useState<{ of: string; text: string }>()
  const read = async (of: string) => {
    const found = await ask(me.secret, `/api/log?of=${encodeURIComponent(of)}`).catch(
      (error: unknown) => ({ of, text: error instanceof Error ? error.message : '' }),
    )
    setLog(found as { of: string; text: string })
  }
  return html`<section class="card" aria-labelledby="processes-title">
    <h2 id="processes-title">Processes</h2>
    <div class="row processes">${Object.entries(view.processes).map(
      ([
        name,
        { step, asked },
      ]) => html`<button class=${`quiet ${step === 'exited' || step === 'paused' ? 'bad' : ''}`}
        aria-pressed=${log?.of === name} onClick=${() => read(name)}>${name} <small>${step}${asked && step === 'exited' ? ', wanted' : ''}</small></button>`,
    )}</div>
    ${log && html`<pre class="log" tabindex="0" aria-label=${`Log of ${log.of}`}>${log.text.split('\n').slice(-80).join('\n')}</pre>`}
  </section>`
}
