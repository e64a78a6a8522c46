import { html, render } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { Sample } from '../../journal/sample.ts'
import { keptSamples } from '../record/kept-samples.ts'
import type { DayView } from '../view/day-view.ts'
import { follow, type Me } from './base/client.ts'
import { Console } from './parts/console.ts'
import { Join } from './parts/join.ts'
import { Replay } from './parts/replay.ts'

const kept = 'game-day-me'

function App() {
  const [me, setMe] = useState<Me | undefined>(remembered)
  const [view, setView] = useState<DayView>()
  const [samples, setSamples] = useState<readonly Sample[]>([])
  const [connected, setConnected] = useState(false)

  useEffect(() => {
    if (!me) return
    const over = new AbortController()
    const event = (name: string, data: unknown) => {
      if (name === 'view') setView(data as DayView)
      if (name === 'samples') setSamples(data as Sample[])
      if (name === 'sample')
        setSamples(before => [...before, ...(data as Sample[])].slice(-keptSamples))
    }
    const lost = () => {
      sessionStorage.removeItem(kept)
      setMe(undefined)
      setView(undefined)
    }
    void follow(me, { event, connected: setConnected, lost }, over.signal)
    return () => over.abort()
  }, [me])

  const [, replay] = /^#replay:(.+)$/.exec(location.hash) ?? []
  if (replay) return html`<${Replay} secret=${replay} />`
  if (!me) {
    const come = (who: Me) => {
      sessionStorage.setItem(kept, JSON.stringify(who))
      setMe(who)
    }
    return html`<${Join} link=${location.hash.slice(1)} come=${come} />`
  }
  if (!view) return html`<main class="alone"><p role="status">Asking the lab …</p></main>`
  return html`<${Console} me=${me} view=${view} samples=${samples} connected=${connected} />`
}

/** This tab's own: another tab may be another person. */
function remembered(): Me | undefined {
  const text = sessionStorage.getItem(kept)
  return text === null ? undefined : (JSON.parse(text) as Me)
}

const root = document.getElementById('app')
if (root) render(html`<${App} />`, root)
