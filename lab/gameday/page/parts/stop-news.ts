import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { DayView } from '../../view/day-view.ts'
import type { Do } from '../base/client.ts'
import { clock } from '../base/words.ts'

/** While all is stopped: by whom, the proof, and the way on for who may release it. */
export function StopNews({ view, doIt }: { view: DayView; doIt: Do }) {
  const [reason, setReason] = useState('')
  const { stop } = view
  if (!stop || stop.released) return null
  const { proof } = stop
  const can = view.role === 'owner' || view.role === 'agent'
  const release = (event: Event) => {
    event.preventDefault()
    void doIt({ do: 'release', reason })
  }
  return html`<section class="news" role="status" aria-label="Stop">
    <p><b>Stopped</b> by ${stop.by} (${stop.via}) at ${clock(stop.atMs)}${stop.reason && `: ${stop.reason}`}.
      Nothing can be injected until it is released.</p>
    ${
      proof
        ? html`<p class=${proof.left.length === 0 ? 'proof ok' : 'proof bad'}>
          ${proof.left.length === 0 ? `✓ Nothing is left` : `✗ Left: ${proof.left.join('; ')}`}
          <b> ${proof.tookMs} ms</b>, ${proof.healed} healed.
          <span class="soft"> Looked at ${proof.looked.join(', ')}.</span></p>`
        : html`<p class="proof">Healing …</p>`
    }
    ${
      can &&
      html`<form onSubmit=${release} class="row"><label>Reason to go on
        <input name="reason" required maxlength="2000" value=${reason}
          onInput=${(e: InputEvent) => setReason((e.target as HTMLInputElement).value)} /></label>
        <button>Release</button></form>`
    }
  </section>`
}
