import type { Entry, Journal } from '../../journal/journal.ts'
import type { Conclusion, JudgedCheck, JudgedLies } from '../../verdict/conclusion.ts'
import { requestStories } from '../story/request-story.ts'
import { inSeconds, inWords, lieWords } from '../wording.ts'
import { type Html, html } from './html-text.ts'
import { requestTable } from './request-section.ts'

const order = ['invalid', 'unknown', 'valid']

/** The story of each check, the failed ones first, with figures and the journal's own lines. */
export function checkSection(conclusion: Conclusion, journal: Journal): Html {
  const checks = Object.entries(conclusion.checks).toSorted(
    ([, a], [, b]) => order.indexOf(a.word) - order.indexOf(b.word),
  )
  return html`<section><h2>What was checked</h2>${checks.map(([name, check]) =>
    card(name, check, journal),
  )}</section>`
}

function card(name: string, check: JudgedCheck, journal: Journal): Html {
  const figures = Object.entries(check.figures)
  return html`<article class="card check ${check.word}">
    <header><h3>${name}</h3><span class="word">${check.word}</span>
      <span class="soft small">${check.checker}</span></header>
    <p>${check.story}</p>
    <dl class="figures">${figures.map(([figure, value]) => {
      const { name: label, text } = inWords(figure, value)
      return html`<div><dt>${label}</dt><dd>${text}</dd></div>`
    })}</dl>
    ${check.lies && html`<p class="soft small">${lieWords(check.lies)}${missed(check.lies)}</p>`}
    ${evidence(check, journal)}
  </article>`
}

const missed = ({ missed }: JudgedLies) =>
  missed.length === 0 ? '' : `; not: ${missed.join('; ')}`

function evidence({ witness }: JudgedCheck, journal: Journal): Html | undefined {
  if (!witness) return undefined
  const stories = requestStories(journal, witness.entries)
  const lines = witness.entries.slice(0, mostEntries).flatMap(index => {
    const entry = journal[index]
    return entry ? [asLine(entry)] : []
  })
  const seen = `Witness at ${inSeconds(witness.atMs)}: ${witness.what}`
  return html`<p><b>${seen}</b></p>${requestTable(stories)}
    <details class="evidence"><summary>The journal's own lines</summary>
    <pre>${lines.map(line => html`<span>${line}</span>`)}</pre></details>`
}

/** A witness may name every answer of a run. */
const mostEntries = 20
const longestLine = 400

/** One line of the journal for people: number, time, kind, and the rest as it was written. */
function asLine(entry: Entry): string {
  const { index, atMs, source, kind, ...rest } = entry
  const text = `#${index}  ${inSeconds(atMs)}  ${source}  ${kind}  ${JSON.stringify(rest)}`
  return text.length > longestLine ? `${text.slice(0, longestLine)} …` : text
}
