import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import { spaced } from '../../../base/spaced.ts'
import type { Preflight } from '../../conduct/preflight.ts'
import type { Offered } from '../../server/forms.ts'
import type { DayView } from '../../view/day-view.ts'
import type { Do } from '../base/client.ts'
import { ask, type Me } from '../base/client.ts'
import { defaultsOf, Fields, fieldsOf, type Settings } from './fields.ts'

interface Shown {
  readonly me: Me
  readonly view: DayView
  readonly doIt: Do
  /** What a fault that is not made yet would touch. */
  readonly aim: (touches: readonly string[]) => void
}

/** Chooses a fault, a part and settings; shows what it would touch and what speaks against it. */
export function Inject({ me, view, doIt, aim }: Shown) {
  const [offered, setOffered] = useState<Offered>()
  const [name, setName] = useState('latency')
  const [part, setPart] = useState('')
  const [settings, setSettings] = useState<Settings>({})
  const [lease, setLease] = useState(60)
  const [anyway, setAnyway] = useState(false)
  const [found, setFound] = useState<Preflight>()
  const [busy, setBusy] = useState(false)
  const [ramp, setRamp] = useState({ on: false, field: '', to: '', steps: 3, stepSeconds: 10 })

  useEffect(() => {
    void ask(me.secret, '/api/forms').then(
      all => setOffered(all as Offered),
      () => {},
    )
  }, [me])
  const form = offered?.forms.find(each => each.name === name)
  useEffect(() => {
    if (!form) return
    setSettings(defaultsOf(form.schema))
    setPart(before => (form.parts.includes(before) ? before : (form.parts[0] ?? '')))
    const [first] = growing(form.schema)
    setRamp(before => ({ ...before, on: false, field: first ?? '', to: '' }))
  }, [form])
  useEffect(() => {
    if (!form || part === '') return
    setFound(undefined)
    setAnyway(false)
    const timer = setTimeout(() => {
      void ask(me.secret, '/api/act', { do: 'preview', form: name, part, settings }).then(
        all => {
          setFound(all as Preflight)
          aim((all as Preflight).touches)
        },
        () => setFound(undefined),
      )
    }, 300)
    return () => clearTimeout(timer)
  }, [form, part, settings, view.injections.length, view.stop?.released])

  const submit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    const { on, field, to, steps, stepSeconds } = ramp
    await doIt({
      do: 'inject',
      form: name,
      part,
      settings: settings as Record<string, never>,
      leaseSeconds: lease,
      anyway,
      ...(on && { ramp: { field, to, steps, stepSeconds } }),
    })
    setBusy(false)
    setAnyway(false)
  }
  const blocked = view.stop !== undefined && !view.stop.released
  const against = found?.findings.filter(({ ok }) => !ok) ?? []
  const families = [...new Set(offered?.forms.map(({ family }) => family))]
  return html`<section class="card" aria-labelledby="inject-title">
    <h2 id="inject-title">Inject</h2>
    ${view.cards.length === 0 && html`<p class="hint">No expectation is sealed yet. What is injected without one can be seen, and proves nothing.</p>`}
    <form onSubmit=${submit} class="inject">
      <label>Fault<select id="fault" value=${name} onChange=${(e: Event) => setName((e.target as HTMLSelectElement).value)}>
        ${families.map(
          family =>
            html`<optgroup label=${family}>${offered?.forms
              .filter(each => each.family === family)
              .map(
                each => html`<option value=${each.name}>${spaced(each.name)}</option>`,
              )}</optgroup>`,
        )}</select></label>
      <p class="soft says">${form?.says}</p>
      <label>On<select id="part" value=${part} onChange=${(e: Event) => setPart((e.target as HTMLSelectElement).value)}>
        ${form?.parts.map(each => html`<option value=${each}>${each}</option>`)}</select></label>
      ${form && html`<${Fields} schema=${form.schema} settings=${settings} change=${setSettings} />`}
      <label>Lease<span class="with-unit"><input type="number" name="lease" min="1" max="14400" required value=${lease}
        onInput=${(e: Event) => setLease((e.target as HTMLInputElement).valueAsNumber)} /> s</span></label>
      ${form && growing(form.schema).length > 0 && html`<${RampFields} schema=${form.schema} ramp=${ramp} change=${setRamp} />`}
      <ul class="findings" aria-label="Preflight">${found?.findings.map(
        ({ what, ok, detail }) =>
          html`<li class=${ok ? 'ok' : 'bad'}>${ok ? '✓' : '✗'} ${what} <span class="soft">${detail}</span></li>`,
      )}</ul>
      ${
        against.length > 0 &&
        html`<label class="check"><input type="checkbox" checked=${anyway} onChange=${(e: Event) => setAnyway((e.target as HTMLInputElement).checked)} />
          Strike all the same; it is kept that this was known</label>`
      }
      <button class="danger" disabled=${busy || blocked || (against.length > 0 && !anyway)}>
        ${blocked ? 'Stopped' : busy ? 'Striking …' : 'Strike'}</button>
    </form>
  </section>`
}

interface Ramp {
  readonly on: boolean
  readonly field: string
  readonly to: string
  readonly steps: number
  readonly stepSeconds: number
}

function RampFields({
  schema,
  ramp,
  change,
}: {
  schema: Readonly<Record<string, unknown>>
  ramp: Ramp
  change: (ramp: Ramp) => void
}) {
  const set = (more: Partial<Ramp>) => change({ ...ramp, ...more })
  return html`<details class="ramp" open=${ramp.on} onToggle=${(e: Event) => set({ on: (e.target as HTMLDetailsElement).open })}>
    <summary>Ramp</summary>
    <label>Grows<select value=${ramp.field} onChange=${(e: Event) => set({ field: (e.target as HTMLSelectElement).value })}>
      ${growing(schema).map(name => html`<option value=${name}>${fieldsOf(schema)[name]?.title ?? name}</option>`)}</select></label>
    <label>To<input value=${ramp.to} required=${ramp.on} maxlength="40" onInput=${(e: Event) => set({ to: (e.target as HTMLInputElement).value })} /></label>
    <label>Steps<input type="number" min="2" max="10" value=${ramp.steps} onInput=${(e: Event) => set({ steps: (e.target as HTMLInputElement).valueAsNumber })} /></label>
    <label>Each<span class="with-unit"><input type="number" min="1" max="600" value=${ramp.stepSeconds} onInput=${(e: Event) => set({ stepSeconds: (e.target as HTMLInputElement).valueAsNumber })} /> s</span></label>
  </details>`
}

/** Settings that can grow: numbers and durations. */
function growing(schema: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(fieldsOf(schema))
    .filter(
      ([, { type, format }]) => type === 'number' || type === 'integer' || format === 'duration',
    )
    .map(([name]) => name)
}
