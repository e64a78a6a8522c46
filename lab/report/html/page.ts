import type { Journal } from '../../journal/journal.ts'
import type { Conclusion, Reason } from '../../verdict/conclusion.ts'
import { repeatCommand } from '../repeat-command.ts'
import { type RunStory, tellStory } from '../run-story.ts'
import type { LogExcerpt } from '../story/log-excerpts.ts'
import { topologyOf } from '../story/topology.ts'
import { happened, headline, inNumber, proofWords } from '../wording.ts'
import { checkSection } from './check-section.ts'
import { type Html, html } from './html-text.ts'
import { logSection } from './log-section.ts'
import { facts, pageOf } from './page-parts.ts'
import { plotSections } from './plot-sections.ts'
import { circumstanceSection, faultSection, steadyStateSection } from './state-sections.ts'

const meanings: Readonly<Record<Conclusion['verdict'], string>> = {
  held: 'The service kept every promise that was checked, and came back by itself.',
  broken: 'The service broke a promise.',
  inconclusive: 'The run cannot answer its question. This is not a pass.',
  'not-restored': 'The system did not come back to its steady state.',
  error: 'The lab itself failed. Nothing is said about the service.',
}

/** The report of a run, whole: the conclusion first, then what it rests on. */
export function renderPage(
  journal: Journal,
  conclusion: Conclusion,
  logs: readonly LogExcerpt[] = [],
): string {
  const story = tellStory(journal)
  const body = html`${top(story, conclusion)}
${checkSection(conclusion, journal)}
${plotSections(story, journal)}
${logSection(logs)}
${steadyStateSection(story)}
${faultSection(story, topologyOf(journal))}
${circumstanceSection(story)}`
  return pageOf(`${conclusion.verdict}: ${happened(conclusion)}`, body)
}

function top(story: RunStory, conclusion: Conclusion): Html {
  const { verdict, reasons } = conclusion
  const because = story.run?.plan.because
  return html`<header class="card top ${verdict}">
  <span class="word">${verdict}</span>
  <h1>${happened(conclusion)}</h1>
  ${promise(conclusion)}
  ${because === undefined ? undefined : html`<p class="soft">${because}</p>`}
  <p>${meanings[verdict]}</p>
  <ul class="reasons">${reasons.map(reasonItem)}</ul>
  <p class="soft small">${proofWords(conclusion)}</p>
  ${facts(asked(conclusion))}
  <pre>${repeatCommand(conclusion)}</pre>
</header>`
}

/** What was promised, where the headline says what happened instead. */
function promise(conclusion: Conclusion): Html | undefined {
  if (conclusion.verdict === 'held') return undefined
  return html`<p>${headline(conclusion)}</p>`
}

function reasonItem({ word, text, next }: Reason): Html {
  const hint = next === undefined ? undefined : html`<br><span class="soft small">${next}</span>`
  return html`<li class="${word}">${text}${hint}</li>`
}

function asked(conclusion: Conclusion): readonly (readonly [string, string])[] {
  const { experiment, seed, startedAt, durationMs, exitCode } = conclusion
  const { defencesOff, planted, faultsOff } = conclusion
  return [
    ['experiment', experiment],
    ['seed', `${seed}`],
    ['began', startedAt],
    ['took', `${inNumber(durationMs / 1000)} s`],
    ['exit code', `${exitCode}`],
    ['defences off', defencesOff.join(', ') || 'none'],
    ...(planted.length > 0 ? [['planted', planted.join(', ')] as const] : []),
    ...(faultsOff ? [['faults', 'off (control run)'] as const] : []),
  ]
}
