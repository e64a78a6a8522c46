import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import { keptSamples } from '../../record/kept-samples.ts'
import type { DayView } from '../../view/day-view.ts'
import type { Mark } from '../../view/marks.ts'
import type { Moment } from '../../view/moment.ts'
import { ask, type Me } from '../base/client.ts'
import { markLanes } from '../base/lanes.ts'
import { clock } from '../base/words.ts'
import { Console } from './console.ts'
import { StopNews } from './stop-news.ts'
import { Timeline } from './timeline.ts'

interface Day {
  readonly title: string
  readonly toMs: number
  readonly marks: readonly Mark[]
}

const speeds = [1, 10, 60] as const
const everyMs = 250
type Eyes = 'observer' | 'responder'

/** A day again: the console as it was at each moment, with nothing to do in it. */
export function Replay({ secret }: { secret: string }) {
  const [day, setDay] = useState<Day>()
  const [problem, setProblem] = useState('')
  const [atMs, setAt] = useState(0)
  const [speed, setSpeed] = useState(0)
  const [eyes, setEyes] = useState<Eyes>('observer')
  const [moment, setMoment] = useState<Moment & { readonly atMs: number; readonly eyes: Eyes }>()
  const failed = (error: unknown) =>
    setProblem(error instanceof Error ? error.message : 'no answer')
  useEffect(() => {
    void ask(secret, '/api/replay').then(all => setDay(all as Day), failed)
  }, [secret])
  useEffect(() => {
    if (!day || speed === 0) return
    const timer = setInterval(
      () => setAt(before => Math.min(day.toMs, before + everyMs * speed)),
      everyMs,
    )
    return () => clearInterval(timer)
  }, [day, speed])
  useEffect(() => {
    let wanted = true
    // Forwards only what is new is asked for.
    const before = moment && moment.eyes === eyes && moment.atMs <= atMs ? moment.samples : []
    const afterMs = before.at(-1)?.atMs ?? -1
    const show = (all: unknown) => {
      const { view, samples } = all as Moment
      if (wanted)
        setMoment({ view, samples: [...before, ...samples].slice(-keptSamples), atMs, eyes })
    }
    const query = `atMs=${Math.ceil(atMs)}&as=${eyes}&afterMs=${afterMs}`
    void ask(secret, `/api/moment?${query}`).then(show, failed)
    return () => {
      wanted = false
    }
  }, [secret, atMs, eyes])
  if (problem)
    return html`<main class="alone"><h1>Replay</h1><p role="alert" class="bad">${problem}</p></main>`
  if (!day || !moment)
    return html`<main class="alone"><p role="status">Reading the journal …</p></main>`
  const bar = html`<${Bar} day=${day} view=${moment.view} at=${atMs} go=${setAt} speed=${speed} play=${setSpeed} eyes=${eyes} look=${setEyes} />`
  const me: Me = { name: 'replay', role: eyes, secret }
  return html`<${Console} me=${me} view=${moment.view} samples=${moment.samples} connected=${true} bar=${bar} />`
}

interface Controls {
  readonly day: Day
  readonly view: DayView
  readonly at: number
  readonly go: (atMs: number) => void
  readonly speed: number
  readonly play: (speed: number) => void
  readonly eyes: Eyes
  readonly look: (eyes: Eyes) => void
}

/** The past cannot be changed. */
const nothing = async () => undefined

function Bar({ day, view, at, go, speed, play, eyes, look }: Controls) {
  const { title, toMs, marks } = day
  const shown = eyes === 'responder' ? marks.filter(({ open }) => open) : marks
  const next = shown.find(({ fromMs }) => fromMs > at)
  return html`<header class="bar replay">
    <div class="who"><h1>${title}</h1><span class="chip">replay</span>
      <span class="soft">${clock(at)} of ${clock(toMs)}</span></div>
    <div class="row" role="group" aria-label="Speed">
      <button class="quiet" aria-pressed=${speed === 0} onClick=${() => play(0)}>Pause</button>
      ${speeds.map(
        each =>
          html`<button class="quiet" aria-pressed=${speed === each} onClick=${() => play(each)}>${each}×</button>`,
      )}
      <button class="quiet" disabled=${!next} onClick=${() => next && go(next.fromMs)}>Next event</button>
      <button class="quiet" aria-pressed=${eyes === 'responder'}
        onClick=${() => look(eyes === 'responder' ? 'observer' : 'responder')}>As responders saw it</button></div>
    <label class="moment hidden-label"><span>Moment of the day</span>
      <input type="range" min="0" max=${Math.ceil(toMs)} step="100" value=${at} aria-valuetext=${clock(at)}
        onInput=${(e: Event) => go((e.target as HTMLInputElement).valueAsNumber)} />
      <${Timeline} title="" lanes=${markLanes(shown)} fromMs=${0} toMs=${Math.max(1, toMs)} nowMs=${toMs} /></label>
    <${StopNews} view=${view} doIt=${nothing} />
  </header>`
}
