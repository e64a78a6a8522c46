import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Journal } from '../checker.ts'
import type { Conclusion } from '../conclusion.ts'
import { checkSection } from './check-section.ts'
import { type Html, html, trusted } from './html-text.ts'
import { plotSections } from './plot-sections.ts'
import { repeatCommand } from './repeat-command.ts'
import { type RunStory, tellStory } from './run-story.ts'
import { style } from './style.ts'
import { inNumber, inSeconds } from './wording.ts'

const meanings: Readonly<Record<Conclusion['verdict'], string>> = {
  held: 'The service kept every promise that was checked, and came back by itself.',
  broken: 'The service broke a promise.',
  inconclusive: 'The run cannot answer its question. This is not a pass.',
  'not-restored': 'The system did not come back to its steady state.',
  error: 'The lab itself failed. Nothing is said about the service.',
}

/** The whole page. It holds no script, and its policy forbids every request. */
export function renderPage(journal: Journal, conclusion: Conclusion): string {
  const story = tellStory(journal)
  const hash = createHash('sha256').update(style).digest('base64')
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${conclusion.verdict}: ${conclusion.title}</title>
<style>${trusted(style)}</style>
</head>
<body><main>
${top(story, conclusion)}
${checkSection(conclusion, journal)}
${plotSections(story, journal)}
${hypotheses(story)}
${faults(story)}
${circumstances(story)}
</main></body>
</html>
`.toString()
}

const plan = z.object({ because: z.string() })

function top(story: RunStory, conclusion: Conclusion): Html {
  const because = plan.safeParse(story.run?.plan).data?.because
  const facts: readonly (readonly [string, string])[] = [
    ['experiment', conclusion.experiment],
    ['seed', `${conclusion.seed}`],
    ['began', conclusion.startedAt],
    ['took', `${inNumber(conclusion.durationMs / 1000)} s`],
    ['exit code', `${conclusion.exitCode}`],
    ['defences off', conclusion.defencesOff.join(', ') || 'none'],
    ...(conclusion.planted.length > 0 ? [['planted', conclusion.planted.join(', ')] as const] : []),
    ...(conclusion.faultsOff ? [['faults', 'off (control run)'] as const] : []),
  ]
  return html`<header class="card top ${conclusion.verdict}">
  <span class="word">${conclusion.verdict}</span>
  <h1>${conclusion.title}</h1>
  ${because === undefined ? undefined : html`<p class="soft">${because}</p>`}
  <p>${meanings[conclusion.verdict]}</p>
  <ul class="reasons">${conclusion.reasons.map(
    ({ word, text }) => html`<li class="${word}">${text}</li>`,
  )}</ul>
  <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
  <pre>${repeatCommand(conclusion)}</pre>
</header>`
}

const moments = ['before', 'during', 'after', 'rolled-back'] as const

function hypotheses({ hypotheses: all }: RunStory): Html | undefined {
  if (all.length === 0) return undefined
  const asked = moments.filter(when =>
    all.some(one => one.answers.some(each => each.when === when)),
  )
  const rows = all.map(({ sentence, expected, answers }) => {
    const cells = asked.map(when => {
      const answer = answers.find(each => each.when === when)
      if (!answer) return html`<td class="soft">not asked</td>`
      const { value, held } = answer
      const text = typeof value === 'number' ? inNumber(value) : JSON.stringify(value)
      const look = held ? 'yes' : when === 'during' ? 'bent' : 'no'
      return html`<td class="${look}">${held ? '✓' : '✗'} ${text}</td>`
    })
    return html`<tr><td>${sentence}</td><td>${expected}</td>${cells}</tr>`
  })
  return html`<section><h2>Steady state</h2><div class="card scroll"><table>
    <thead><tr><th>hypothesis</th><th>expected</th>${asked.map(when => html`<th>${when === 'during' ? 'during (may bend)' : when}</th>`)}</tr></thead>
    <tbody>${rows}</tbody></table></div></section>`
}

function faults({ faults: all }: RunStory): Html | undefined {
  if (all.length === 0) return undefined
  const moment = (ms: number | undefined) => (ms === undefined ? '–' : inSeconds(ms))
  const rows = all.map(
    each => html`<tr><td>${each.label}${each.error === undefined ? undefined : html`<br><span class="no">${each.error}</span>`}</td>
      <td class="n">${moment(each.appliedMs)}</td><td class="n">${moment(each.healedMs)}</td>
      <td class="n ${each.landed ? 'yes' : 'no'}">${inNumber(each.landed ?? 0)}</td><td>${each.touches.join(', ')}</td></tr>`,
  )
  return html`<section><h2>Faults</h2><div class="card scroll"><table>
    <thead><tr><th>fault</th><th class="n">struck</th><th class="n">healed</th><th class="n">landed</th><th>touches</th></tr></thead>
    <tbody>${rows}</tbody></table></div></section>`
}

function circumstances({ preflight, system, run, errors }: RunStory): Html {
  const passed = preflight.filter(each => each.passed).length
  const facts = Object.entries({ ...run?.versions, ...system })
  return html`<section><h2>Circumstances</h2><div class="card">
    <p>Preflight: traffic was seen on ${passed} of ${preflight.length} links.</p>
    ${preflight
      .filter(each => !each.passed)
      .map(each => html`<p class="no">${each.link}: ${each.detail}</p>`)}
    ${errors.map(({ atMs, text }) => html`<p class="no">${inSeconds(atMs)}: ${text}</p>`)}
    <dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
  </div></section>`
}
