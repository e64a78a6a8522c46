import type { FaultStory, HypothesisStory, RunStory } from '../run-story.ts'
import { inNumber, inSeconds } from '../wording.ts'
import { type Html, html } from './html-text.ts'
import { type Cell, facts, table } from './page-parts.ts'

const moments = ['before', 'during', 'after', 'rolled-back'] as const
type Moment = (typeof moments)[number]

/** Each hypothesis with its answers, moment by moment. */
export function steadyStateSection({ hypotheses }: RunStory): Html | undefined {
  if (hypotheses.length === 0) return undefined
  const asked = moments.filter(when =>
    hypotheses.some(one => one.answers.some(each => each.when === when)),
  )
  const names = asked.map(when => (when === 'during' ? 'during (may bend)' : when))
  const rows = hypotheses.map(one => [
    one.sentence,
    one.expected,
    ...asked.map(when => answerCell(one, when)),
  ])
  return html`<section><h2>Steady state</h2>
    <div class="card scroll">${table(['hypothesis', 'expected', ...names], rows)}</div></section>`
}

function answerCell({ answers }: HypothesisStory, when: Moment): Cell {
  const answer = answers.find(each => each.when === when)
  if (!answer) return { text: 'not asked', look: 'soft' }
  const { value, held } = answer
  const text = typeof value === 'number' ? inNumber(value) : JSON.stringify(value)
  const fallen = when === 'during' ? 'bent' : 'no'
  return { text: `${held ? '✓' : '✗'} ${text}`, look: held ? 'yes' : fallen }
}

/** What was done to the system, and whether it touched anything. */
export function faultSection({ faults }: RunStory): Html | undefined {
  if (faults.length === 0) return undefined
  const heads = ['fault', '#struck', '#healed', '#landed', 'touches']
  return html`<section><h2>Faults</h2>
    <div class="card scroll">${table(heads, faults.map(faultRow))}</div></section>`
}

function faultRow({ label, error, appliedMs, healedMs, landed, touches }: FaultStory) {
  const moment = (ms: number | undefined) => (ms === undefined ? '–' : inSeconds(ms))
  const name = error === undefined ? label : html`${label}<br><span class="no">${error}</span>`
  const count = { text: inNumber(landed ?? 0), look: landed ? 'yes' : 'no' }
  return [name, moment(appliedMs), moment(healedMs), count, touches.join(', ')]
}

/** On what the run stands: preflight, versions, and the lab's own errors. */
export function circumstanceSection({ preflight, system, run, errors }: RunStory): Html {
  const passed = preflight.filter(each => each.passed).length
  const failed = preflight.filter(each => !each.passed)
  return html`<section><h2>Circumstances</h2><div class="card">
    <p>Preflight: traffic was seen on ${passed} of ${preflight.length} links.</p>
    ${failed.map(each => html`<p class="no">${each.link}: ${each.detail}</p>`)}
    ${errors.map(({ atMs, text }) => html`<p class="no">${inSeconds(atMs)}: ${text}</p>`)}
    ${facts(Object.entries({ ...run?.versions, ...system }))}
  </div></section>`
}
