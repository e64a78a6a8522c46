import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { DayView } from '../../view/day-view.ts'
import type { Do, Me } from '../base/client.ts'
import { clock } from '../base/words.ts'

interface Shown {
  readonly view: DayView
  readonly doIt: Do
  readonly connected: boolean
  readonly nowMs: number
  readonly me: Me
}

/** What is always in sight: the stop, and whether all is stopped. */
export function StopBar({ view, doIt, connected, nowMs, me }: Shown) {
  const [asking, setAsking] = useState(false)
  const { stop } = view
  const blocked = stop !== undefined && !stop.released
  const click = async () => {
    setAsking(true)
    await doIt({ do: 'stop', reason: '' })
    setAsking(false)
  }
  const inForce = view.injections.filter(({ state }) => state === 'in force').length
  return html`<header class=${blocked ? 'bar stopped' : 'bar'}>
    <div class="who">
      <h1>${view.opened?.title ?? 'Game day'}</h1>
      <span class="soft">${clock(nowMs)} · ${me.name}, <b>${me.role}</b>
        ${!view.blind && html` · ${inForce} in force`} · ${view.people.length} here</span>
      ${!connected && html`<span class="chip bad" role="status">connection lost, trying again</span>`}
      ${view.closedMs !== undefined && html`<span class="chip">closed</span>`}
    </div>
    <button id="stop" class="stop" onClick=${click} disabled=${asking}
      title="Heals everything and blocks new injections. Anybody may.">
      ${asking ? 'Stopping …' : 'STOP'}<small>heal everything</small></button>
    ${stop && html`<${StopNews} view=${view} doIt=${doIt} />`}
  </header>`
}

function StopNews({ view, doIt }: Pick<Shown, 'view' | 'doIt'>) {
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
