import { html } from 'htm/preact'
import { useState } from 'preact/hooks'
import type { DayView } from '../../view/day-view.ts'
import type { Do, Me } from '../base/client.ts'
import { clock } from '../base/words.ts'
import { StopNews } from './stop-news.ts'

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
