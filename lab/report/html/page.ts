import { z } from 'zod'
import type { Journal } from '../../journal/journal.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { repeatCommand } from '../repeat-command.ts'
import { type RunStory, tellStory } from '../run-story.ts'
import { inNumber } from '../wording.ts'
import { checkSection } from './check-section.ts'
import { type Html, html } from './html-text.ts'
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
export function renderPage(journal: Journal, conclusion: Conclusion): string {
  const story = tellStory(journal)
  const body = html`${top(story, conclusion)}
${checkSection(conclusion, journal)}
${plotSections(story, journal)}
${steadyStateSection(story)}
${faultSection(story)}
${circumstanceSection(story)}`
  return pageOf(`${conclusion.verdict}: ${conclusion.title}`, body)
}

const plan = z.object({ because: z.string() })

function top(story: RunStory, conclusion: Conclusion): Html {
  const { verdict, title, reasons } = conclusion
  const because = plan.safeParse(story.run?.plan).data?.because
  return html`<header class="card top ${verdict}">
  <span class="word">${verdict}</span>
  <h1>${title}</h1>
  ${because === undefined ? undefined : html`<p class="soft">${because}</p>`}
  <p>${meanings[verdict]}</p>
  <ul class="reasons">${reasons.map(({ word, text }) => html`<li class="${word}">${text}</li>`)}</ul>
  ${facts(asked(conclusion))}
  <pre>${repeatCommand(conclusion)}</pre>
</header>`
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
