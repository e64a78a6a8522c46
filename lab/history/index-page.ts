import { basename } from 'node:path'
import { verdicts } from '../base/verdict.ts'
import { type Html, html } from '../report/html/html-text.ts'
import { type Cell, pageOf, table } from '../report/html/page-parts.ts'
import { filterStyle } from './index-filter.ts'
import { changesSince } from './last-green.ts'
import type { PastProof } from './past-proofs.ts'
import { isAsItIs, type PastRun } from './past-runs.ts'
import type { History } from './read-history.ts'

export interface IndexOptions {
  /** Files in `runs/` beside the index that it leads to, with their words. */
  readonly overviews: readonly { readonly file: string; readonly words: string }[]
  /** The family of each experiment, by name. */
  readonly families: ReadonlyMap<string, string>
}

/** All runs that are kept, on one page in `runs/` that asks for nothing from outside. */
export function indexPage(history: History, { overviews, families }: IndexOptions): string {
  const newest = history.runs.toReversed()
  const names = [...new Set(newest.map(({ conclusion }) => conclusion.experiment))].sort()
  const body = html`<header class="card top ${newest[0]?.conclusion.verdict ?? 'inconclusive'}">
  <h1>Runs</h1>
  <p>${history.runs.length} runs of ${names.length} experiments: ${counts(history.runs)}</p>
  ${overviews.map(({ file, words }) => html`<p><a href="${file}">${words}</a></p>`)}
  ${history.unreadable.map(({ file, why }) => html`<p class="no">${file} cannot be read: ${why}</p>`)}
</header>
<section><h2>Last run and last green</h2>
  <div class="card cards standings">${standings(names, newest, families)}</div></section>
<section><h2>All runs</h2><div class="card">
  <p class="filters"><label>Experiment ${choice('by-experiment', names)}</label>
    <label>Verdict ${choice('by-verdict', [...verdicts])}</label>
    <label>Runs ${choice('by-kind', ['as it is', 'changed'])}</label></p>
  <div class="cards">${runTable(newest)}</div></div></section>
<section><h2>Proofs</h2>${proofTables(history.proofs)}</section>`
  return pageOf('Runs', body, filterStyle(names))
}

function counts(runs: readonly PastRun[]): string {
  const by = Map.groupBy(runs, ({ conclusion }) => conclusion.verdict)
  return verdicts
    .filter(verdict => by.has(verdict))
    .map(verdict => `${by.get(verdict)?.length} ${verdict}`)
    .join(', ')
}

/** The filter is the page's style: each choice hides the rows that are not of its kind. */
function choice(id: string, values: readonly string[]): Html {
  const options = values.map((value, i) => html`<option value="${i}">${value}</option>`)
  return html`<select id="${id}"><option value="all" selected>all</option>${options}</select>`
}

/** Verdict and checks come first; the figures that moved are many. */
const mostChanges = 5

function standings(
  names: readonly string[],
  newest: readonly PastRun[],
  families: ReadonlyMap<string, string>,
): Html {
  const asTheyAre = Map.groupBy(
    newest.filter(({ conclusion }) => isAsItIs(conclusion)),
    ({ conclusion }) => conclusion.experiment,
  )
  const rows = names.flatMap((name): readonly (readonly Cell[])[] => {
    const runs = asTheyAre.get(name) ?? []
    const [last] = runs
    if (!last) return []
    const green = runs.find(({ conclusion }) => conclusion.verdict === 'held')
    const changes = green && green !== last ? changesSince(green.conclusion, last.conclusion) : []
    const told = changes.slice(0, mostChanges).map(change => change.replaceAll('**', ''))
    const more = changes.length - told.length
    const lines = [...told, ...(more > 0 ? [`and ${more} more figures`] : [])]
    return [
      [
        html`<b>${name}</b><br><span class="soft small">${families.get(name) ?? ''}</span>`,
        html`${word(last)} ${link(last)}`,
        green ? html`${link(green)}` : { text: 'never', look: 'no' },
        html`<div class="small">${
          green === last ? 'is the last run' : lines.map(line => html`<div>${line}</div>`)
        }</div>`,
      ],
    ]
  })
  return table(['experiment', 'last run', 'last green', 'changed since'], rows)
}

function runTable(newest: readonly PastRun[]): Html {
  const heads = ['began (UTC)', 'experiment', 'verdict', 'changed', 'seed', 'took', 'why']
  const rows = newest.map(run => {
    const { experiment, verdict, seed, durationMs, reasons } = run.conclusion
    const kind = isAsItIs(run.conclusion) ? 'as-it-is' : 'changed'
    return html`<tr class="run ${verdict}" data-experiment="${experiment}" data-kind="${kind}">
<td>${link(run)}</td><td>${experiment}</td><td>${word(run)}</td><td>${changeOf(run)}</td>
<td class="n">${seed}</td><td class="n">${(durationMs / 1000).toFixed(1)} s</td>
<td class="small">${reasons[0]?.text ?? ''}</td></tr>`
  })
  const head = heads.map(name => html`<th>${name}</th>`)
  return html`<table class="runs"><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`
}

function changeOf({ conclusion: { defencesOff, planted, faultsOff } }: PastRun): string {
  return [
    ...(faultsOff ? ['calm'] : []),
    ...defencesOff.map(name => `without ${name}`),
    ...planted.map(name => `with ${name}`),
  ].join(', ')
}

function word({ conclusion: { verdict } }: PastRun): Html {
  return html`<span class="word ${verdict}">${verdict}</span>`
}

function link({ folder, conclusion }: PastRun): Html {
  const [, experiment = ''] = folder.split('/')
  const to = [experiment, basename(folder), 'report.html'].map(encodeURIComponent).join('/')
  return html`<a href="${to}">${conclusion.startedAt.slice(0, 19).replace('T', ' ')}</a>`
}

/** Of each claim what was seen last. */
function proofTables(proofs: readonly PastProof[]): Html {
  const byName = Map.groupBy(proofs, ({ experiment }) => experiment)
  const tables = [...byName].toSorted().map(([name, all]) => {
    const claims = new Map(
      all.flatMap(({ proofs, startedAt }) =>
        proofs.map(proof => [proof.claim.name, { ...proof, startedAt }] as const),
      ),
    )
    const proved = [...claims.values()].filter(each => each.proved).length
    const rows = [...claims.values()].map(({ claim, proved, problems, witness, startedAt }) => [
      claim.kind === 'defence' ? `without ${claim.name}` : `with ${claim.name}`,
      claim.breaks,
      { text: proved ? '✓ proved' : '✗ unproved', look: proved ? 'yes' : 'no' },
      startedAt.slice(0, 16).replace('T', ' '),
      proved && witness
        ? `${(witness.atMs / 1000).toFixed(1)} s: ${witness.what}`
        : problems.join('; '),
    ])
    const heads = ['change', 'breaks', 'result', 'when (UTC)', 'what shows it']
    return html`<details class="card"${proved === claims.size ? html`` : html` open`}>
<summary><b>${name}</b> ${proved} of ${claims.size} proved</summary><div class="scroll">${table(heads, rows)}</div></details>`
  })
  return tables.length > 0 ? html`${tables}` : html`<p class="soft">Nothing was proved yet.</p>`
}
