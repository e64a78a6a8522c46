import { type Html, html } from '../report/html/html-text.ts'
import { pageOf, table } from '../report/html/page-parts.ts'
import type { CellWord, KillMatrix, MatrixExperiment } from './kill-matrix.ts'
import { killMatrixRows } from './kill-matrix-text.ts'
import { matrixStyle } from './matrix-style.ts'

const marks: Readonly<Record<CellWord, { readonly mark: string; readonly look: string }>> = {
  proved: { mark: '✓', look: 'held' },
  unproved: { mark: '✗', look: 'broken' },
  'not run': { mark: '·', look: 'none' },
}

/** The kill matrix as one page; `links` are from the page to the project, as `../`. */
export function killMatrixPage(matrix: KillMatrix, at: string, links = '../'): string {
  const { problems, experiments, defences } = matrix
  const [heads = [], ...rows] = killMatrixRows(matrix)
  const verdict = problems.length === 0 ? 'held' : 'broken'
  const missed = defences.filter(({ missedBy }) => missedBy.length > 0).length
  const body = html`<header class="card top ${verdict}">
  <span class="word">${problems.length === 0 ? 'whole' : 'not whole'}</span>
  <h1>Which experiment misses which defence</h1>
  <p>Each defence was switched off under the faults of the experiments that claim to test it. It is missed where a named check then broke.</p>
  <p>${missed} of ${defences.length} defences are missed by an experiment.</p>
  <ul class="reasons">${problems.map(problem => html`<li class="broken">${problem}</li>`)}</ul>
  <p class="soft small">${at}</p>
</header>
<section><h2>Defence by defence</h2><div class="card scroll">${table(heads, rows)}</div></section>
<section class="wide"><h2>Defences × experiments</h2><div class="card scroll">${grid(matrix, links)}</div>
<p class="soft small">✓ proved: it breaks without the defence. ✗ it does not. · claimed, and not run. An empty field: nothing claimed.</p></section>
<section><h2>Planted failures</h2><div class="card scroll">${controls(experiments)}</div></section>`
  return pageOf('Kill matrix', body, matrixStyle)
}

function grid({ experiments, defences }: KillMatrix, links: string): Html {
  const heads = experiments.map(({ name, file }) => {
    const text = file === undefined ? html`${name}` : html`<a href="${links}${file}">${name}</a>`
    return html`<th class="slanted"><span>${text}</span></th>`
  })
  const rows = defences.map(({ name }) => {
    const cells = experiments.map(each => cell(each, name))
    return html`<tr><th>${name}</th>${cells}</tr>`
  })
  return html`<table class="matrix"><thead><tr><th></th>${heads}</tr></thead><tbody>${rows}</tbody></table>`
}

function cell(experiment: MatrixExperiment, defence: string): Html {
  const word = experiment.cells[defence]
  if (word === undefined) return html`<td></td>`
  const { mark, look } = marks[word]
  const title = `${experiment.name} without ${defence}: ${word}`
  return html`<td class="${look}" title="${title}">${mark}</td>`
}

function controls(experiments: readonly MatrixExperiment[]): Html {
  const rows = experiments.flatMap(({ name, controls }) =>
    Object.entries(controls).map(([control, word]) => [name, control, word]),
  )
  return table(['experiment', 'planted', 'seen'], rows)
}
