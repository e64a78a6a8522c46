import { type Html, html } from '../../report/html/html-text.ts'
import { bothSizes, facts, pageOf, table } from '../../report/html/page-parts.ts'
import type { Note } from '../record/day-state.ts'
import type { DayStory, InjectionStory } from './day-story.ts'
import { cleanUp, closing } from './markdown.ts'
import { hasPlot, plotOf } from './plots.ts'
import {
  detection,
  effectWords,
  greenWithoutEvidence,
  moment,
  seconds,
  unexplainedAlerts,
} from './words.ts'

/** The after-action report, one self-contained page without a script: surprises first. */
export function pageOfDay(story: DayStory): string {
  const { state, injections } = story
  const surprises = injections.flatMap(({ injected, surprises }) =>
    surprises.map(text => html`<li class="inconclusive"><b>${injected.label}</b>: ${text}</li>`),
  )
  const knowledge = state.notes.filter(({ type }) => type !== 'follow-up')
  const tasks = state.notes.filter(({ type }) => type === 'follow-up')
  const title = state.opened?.title ?? 'Game day'
  const body = html`<header class="card top ${state.closedMs === undefined ? 'not-restored' : 'held'}">
  <h1>${title}</h1>
  <p>${closing(story)}</p>
  ${facts([
    ['began', state.opened?.at ?? ''],
    ['lasted', moment(state.atMs)],
    ['injections', `${injections.length}`],
    ['system', state.opened?.target ?? ''],
    ['people', [...state.people].map(([name, role]) => `${name} (${role})`).join(', ') || 'nobody'],
  ])}
</header>
<h2>Surprises</h2>
<ul class="reasons">${surprises.length > 0 ? surprises : html`<li class="held">Nothing was otherwise than expected.</li>`}</ul>
<h2>Injections</h2>
${injections.map(each => section(each, story))}
${state.alerts.watched ? html`<h2>Alerts that no injection explains</h2>${items(unexplainedAlerts(story))}` : undefined}
<h2>Green without evidence</h2>
${items(greenWithoutEvidence(story))}
<h2>Clean-up</h2>
${items(cleanUp(story))}
<h2>What we know now</h2>
${notesTable(knowledge)}
<h2>What is to be done</h2>
${notesTable(tasks)}`
  return pageOf(title, body)
}

function section(told: InjectionStory, story: DayStory): Html {
  const { injected, card, effects, word } = told
  const {
    form,
    part,
    settings,
    by,
    role,
    askedMs,
    appliedMs,
    healedMs,
    landed = 0,
    despite,
  } = injected
  const { check, alert, people, recovery } = detection(told)
  const expected = card?.expectation
  const unsaid = 'nobody had said'
  const alertWords = expected?.alert
    ? `${expected.alert}, within ${expected.alertWithinMinutes} min`
    : 'none'
  const lasted = appliedMs === undefined ? 'never' : seconds((healedMs ?? appliedMs) - appliedMs)
  return html`<section class="card check ${word}">
  <header><span class="word">${word}</span><h3>${injected.label}</h3></header>
  ${facts([
    ['at', moment(askedMs)],
    ['by', `${by} (${role})`],
    ['in force', lasted],
    ['landed', `${landed}`],
    ['ended', injected.healedWhy ?? injected.state],
    ...(despite.length > 0 ? [['despite', despite.join('; ')] as const] : []),
  ])}
  ${table(
    ['', 'expected', 'observed'],
    [
      [
        'impact',
        expected?.impact ?? unsaid,
        effects.map(each => `${each.sentence}: ${effectWords(each)}`).join('; '),
      ],
      ['alert', expected ? alertWords : unsaid, alert],
      ['noticed', expected?.response ?? unsaid, `by a check: ${check}; by people: ${people}`],
      ['way back', expected?.wayBack ?? unsaid, recovery],
    ],
  )}
  ${hasPlot(told, story) ? bothSizes(size => plotOf(told, story, size)) : undefined}
  ${card && html`<p class="soft small">sealed ${moment(card.atMs)} by ${card.by}: ${card.seal}</p>`}
  <pre>${form} on ${part} with ${JSON.stringify(settings)}</pre>
</section>`
}

function items(texts: readonly string[]): Html {
  if (texts.length === 0) return html`<p class="soft">Nothing.</p>`
  return html`<ul>${texts.map(text => html`<li>${text}</li>`)}</ul>`
}

function notesTable(notes: readonly Note[]): Html {
  if (notes.length === 0) return html`<p class="soft">Nothing.</p>`
  return table(
    ['at', 'type', 'what', 'who', 'due'],
    notes.map(({ atMs, type, text, by, owner, due }) => [
      moment(atMs),
      type,
      text,
      owner ?? by,
      due ?? '',
    ]),
  )
}
