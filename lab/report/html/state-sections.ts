import type { Json } from '../../base/json.ts'
import type { FaultStory, HypothesisStory, RunStory } from '../run-story.ts'
import type { Topology } from '../story/topology.ts'
import { inNumber, inSeconds } from '../wording.ts'
import { type Html, html } from './html-text.ts'
import { bothSizes, type Cell, facts, key, table } from './page-parts.ts'
import { topologyDrawing } from './topology-drawing.ts'

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

function answerCell({ answers, expected }: HypothesisStory, when: Moment): Cell {
  const answer = answers.find(each => each.when === when)
  if (!answer) return { text: 'not asked', look: 'soft' }
  const { value, held } = answer
  const text = typeof value === 'number' ? `${inNumber(value)}${unitOf(expected)}` : textOf(value)
  const fallen = when === 'during' ? 'bent' : 'no'
  return { text: `${held ? '✓' : '✗'} ${text}`, look: held ? 'yes' : fallen }
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** A bound that is a duration says that the value is one, in ms. */
function unitOf(expected: string): string {
  return /\d ?(ms|s|m)$/.test(expected) ? ' ms' : ''
}

/** What was done to the system, and whether it touched anything. */
export function faultSection({ faults }: RunStory, topology: Topology): Html | undefined {
  const drawn = topology.links.length > 0
  if (faults.length === 0 && !drawn) return undefined
  const heads = ['fault', '#struck', '#healed', '#landed', 'touches']
  const keys = [key('hurt', 'struck by a fault'), key('whole', 'not touched')]
  const drawing = html`<figure><figcaption><b>Who asks whom, from left to right</b>${keys}</figcaption>
    ${bothSizes(size => topologyDrawing(topology, size).toString())}</figure>`
  return html`<section><h2>What was hurt</h2><div class="card">${drawn ? drawing : undefined}
    <div class="scroll">${table(heads, faults.map(faultRow))}</div>
    <p class="soft small">Landed: bytes, messages, connections or processes really touched, each fault in its own unit.</p></div></section>`
}

function faultRow(
  { label, error, appliedMs, healedMs, landed, touches }: FaultStory,
  index: number,
) {
  const moment = (ms: number | undefined) => (ms === undefined ? '–' : inSeconds(ms))
  const numbered = `${index + 1} ${label}`
  const name =
    error === undefined ? numbered : html`${numbered}<br><span class="no">${error}</span>`
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
