import { html } from 'htm/preact'
import { useEffect, useState } from 'preact/hooks'
import type { PlanItem } from '../../record/day-state.ts'
import type { Offered } from '../../server/forms.ts'
import type { DayView } from '../../view/day-view.ts'
import type { Do } from '../base/client.ts'
import { ask, type Me } from '../base/client.ts'

interface Shown {
  readonly me: Me
  readonly view: DayView
  readonly doIt: Do
  readonly can: boolean
}

/** What is planned for the day, what ran, and what was found. */
export function Plan({ me, view, doIt, can }: Shown) {
  const [experiments, setExperiments] = useState<readonly string[]>([])
  const isCrew = view.role === 'owner' || view.role === 'agent'
  useEffect(() => {
    if (!isCrew) return
    void ask(me.secret, '/api/forms').then(
      all => setExperiments((all as Offered).experiments),
      () => {},
    )
  }, [me, isCrew])
  const add = async (event: SubmitEvent) => {
    event.preventDefault()
    const form = event.target as HTMLFormElement
    const data = new FormData(form)
    const experiment = `${data.get('experiment') ?? ''}`
    const title = `${data.get('title') || experiment}`
    if (await doIt({ do: 'plan', title, ...(experiment && { experiment }) })) form.reset()
  }
  return html`<section class="card" aria-labelledby="plan-title">
    <h2 id="plan-title">Plan <span class="count">${view.plan.filter(({ state }) => state === 'done').length} of ${view.plan.length}</span></h2>
    <ol class="plan">${view.plan.map(each => html`<${Item} key=${each.plan} item=${each} view=${view} doIt=${doIt} can=${can} runs=${isCrew} />`)}</ol>
    ${
      can &&
      html`<form onSubmit=${add} class="row"><label>What<input name="title" maxlength="200" placeholder="what to try" /></label>
        ${
          experiments.length > 0 &&
          html`<label>Experiment<select name="experiment"><option value="">none of the catalogue</option>
            ${experiments.map(name => html`<option value=${name}>${name}</option>`)}</select></label>`
        }
        <button>Plan it</button></form>`
    }</section>`
}

function Item({
  item,
  view,
  doIt,
  can,
  runs,
}: {
  item: PlanItem
  view: DayView
  doIt: Do
  can: boolean
  runs: boolean
}) {
  const { plan, title, state, found, experiment } = item
  const [text, setText] = useState(found ?? '')
  const move = (to: PlanItem['state']) =>
    doIt({ do: 'move', plan, state: to, ...(text && { found: text }) })
  const last = view.ran.findLast(each => each.experiment === experiment)
  const run = async () => {
    if (experiment && (await doIt({ do: 'run', experiment }))) await move('running')
  }
  return html`<li class=${state}><b>${title}</b> <span class="chip">${state}</span>
    ${experiment && html`<span class="soft"> ${experiment}${last ? `: ${last.step === 'began' ? 'running' : last.verdict}` : ''}</span>`}
    ${found && html`<p class="found">${found}</p>`}
    ${
      can &&
      (state === 'planned' || state === 'running') &&
      html`<div class="row">
        ${experiment && runs && html`<button class="quiet" onClick=${run}>Run</button>`}
        ${state === 'planned' && html`<button class="quiet" onClick=${() => move('running')}>Begin</button>`}
        <label class="hidden-label"><span>Found</span><input placeholder="what was found" maxlength="2000" value=${text}
          onInput=${(e: Event) => setText((e.target as HTMLInputElement).value)} /></label>
        <button class="quiet" onClick=${() => move('done')}>Done</button>
        <button class="quiet" onClick=${() => move('dropped')}>Drop</button></div>`
    }</li>`
}
