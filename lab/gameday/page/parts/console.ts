import { html } from 'htm/preact'
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Sample } from '../../../journal/sample.ts'
import type { DayView } from '../../view/day-view.ts'
import { act, type Do, type Me } from '../base/client.ts'
import { clock } from '../base/words.ts'
import { Alerts } from './alerts.ts'
import { Cards } from './cards.ts'
import { EndOfDay } from './end-of-day.ts'
import { Inject } from './inject.ts'
import { Logs } from './logs.ts'
import { Notes } from './notes.ts'
import { Notice } from './notice.ts'
import { Pace } from './pace.ts'
import { Plan } from './plan.ts'
import { Plots } from './plots.ts'
import { Roster } from './roster.ts'
import { Steady } from './steady.ts'
import { StopBar } from './stop-bar.ts'
import { Topology } from './topology.ts'

interface Shown {
  readonly me: Me
  readonly view: DayView
  readonly samples: readonly Sample[]
  readonly connected: boolean
  /** In the place of the stop: the day is shown again. */
  readonly bar?: unknown
}

export function Console({ me, view, samples, connected, bar }: Shown) {
  const live = bar === undefined
  const [problems, setProblems] = useState<readonly string[]>([])
  const [touched, setTouched] = useState<readonly string[]>([])
  const doIt: Do = useCallback(
    async action => {
      try {
        setProblems([])
        return await act(me, action)
      } catch (error) {
        setProblems(error instanceof Error ? error.message.split('; ') : ['it did not work'])
        return undefined
      }
    },
    [me],
  )
  useEffect(() => (live ? shortcuts() : undefined), [live])
  const nowMs = Math.max(samples.at(-1)?.atMs ?? 0, view.stop?.atMs ?? 0)
  const knows = !view.blind
  const isCrew = view.role === 'owner' || view.role === 'agent'
  const writes = live && view.role !== 'observer'
  return html`
    ${bar ?? html`<${StopBar} view=${view} doIt=${doIt} connected=${connected} nowMs=${nowMs} me=${me} />`}
    ${
      problems.length > 0 &&
      html`<div class="problems" role="alert"><ul>${problems.map(each => html`<li>${each}</li>`)}</ul>
      <button onClick=${() => setProblems([])}>Close</button></div>`
    }
    <main class=${isCrew ? 'console crew' : 'console'}>
      <div class="column act">
        ${writes && (view.role === 'responder' || view.role === 'reporter') && html`<${Notice} doIt=${doIt} />`}
        ${knows && html`<${Roster} view=${view} nowMs=${nowMs} doIt=${doIt} can=${isCrew} />`}
        ${isCrew && html`<${Inject} me=${me} view=${view} doIt=${doIt} aim=${setTouched} />`}
        ${knows && html`<${Cards} view=${view} doIt=${doIt} can=${isCrew || view.role === 'reporter'} />`}
        ${isCrew && html`<${Pace} view=${view} doIt=${doIt} />`}
      </div>
      <div class="column watch">
        <${Steady} view=${view} nowMs=${nowMs} />
        <${Alerts} view=${view} nowMs=${nowMs} />
        <${Plots} samples=${samples} view=${view} />
        <${Topology} view=${view} aimed=${touched} />
        ${live && html`<${Logs} me=${me} view=${view} />`}
      </div>
      <div class="column tell">
        <${Notes} view=${view} doIt=${doIt} can=${writes} />
        ${knows && html`<${Plan} me=${me} view=${view} doIt=${doIt} can=${writes && view.role !== 'responder'} />`}
        ${knows && html`<${EndOfDay} me=${me} view=${view} doIt=${doIt} />`}
      </div>
    </main>
    ${
      live &&
      html`<footer>${view.opened?.title} · ${clock(nowMs)} · keys: <kbd>!</kbd> stop,
      <kbd>i</kbd> inject, <kbd>f</kbd> fact, <kbd>d</kbd> decision, <kbd>q</kbd> question,
      <kbd>u</kbd> follow-up, <kbd>n</kbd> I noticed</footer>`
    }`
}

/** One key each, while nobody types: it brings to where the thing is done. */
const keys: Readonly<Record<string, string>> = {
  '!': 'stop',
  i: 'fault',
  f: 'note-fact',
  d: 'note-decision',
  q: 'note-question',
  u: 'note-follow-up',
  n: 'notice',
}

function shortcuts(): () => void {
  const listen = (event: KeyboardEvent) => {
    const { target, key } = event
    const types = target instanceof HTMLElement && target.closest('input, textarea, select')
    const id = keys[key]
    if (types || !id || event.ctrlKey || event.metaKey || event.altKey) return
    const wanted = document.getElementById(id)
    if (!wanted) return
    event.preventDefault()
    if (wanted instanceof HTMLButtonElement) wanted.click()
    else wanted.focus()
  }
  document.addEventListener('keydown', listen)
  return () => document.removeEventListener('keydown', listen)
}
