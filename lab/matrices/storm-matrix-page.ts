import { type Html, html } from '../report/html/html-text.ts'
import { pageOf, table } from '../report/html/page-parts.ts'
import { matrixStyle } from './matrix-style.ts'
import { type StormCell, stormVerdict } from './storm-matrix.ts'

const meanings = [
  ['held', 'nobody noticed: 99 % ok, and as fast as before'],
  ['degraded', 'slower, or some were refused; every promise was kept'],
  ['refused', 'most were refused in so many words; every promise was kept'],
  ['broken', 'a promise was not kept, or the system did not come back'],
  ['inconclusive', 'the run could not tell'],
] as const

/** The heat map: faults down, workloads across, each cell linked to its run. */
export function stormMatrixPage(title: string, cells: readonly StormCell[], at: string): string {
  const workloads = [...new Set(cells.map(({ workload }) => workload))]
  const faults = [...new Set(cells.map(({ fault }) => fault))]
  const count = cells.filter(({ state }) => state === 'run').length
  const find = (workload: string, fault: string) =>
    cells.find(each => each.workload === workload && each.fault === fault)
  const rows = faults.map(fault => {
    const fields = workloads.map(workload => field(find(workload, fault)))
    return html`<tr><th>${fault}</th>${fields}</tr>`
  })
  const heads = workloads.map(workload => html`<th>${workload}</th>`)
  const legend = meanings.map(
    ([word, meaning]) =>
      html`<p class="small"><span class="word ${word}">${word}</span> ${meaning}</p>`,
  )
  const body = html`<header class="card top ${stormVerdict(cells)}">
  <h1>${title}</h1>
  <p>${count} of ${cells.length} cells were run. Each is a run of its own: the fault strikes once, and is healed.</p>
  <p class="soft small">${at}</p>
</header>
<section><h2>Faults × workloads</h2><div class="card scroll">
<table class="matrix heat"><thead><tr><th></th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>
<div class="card">${legend}</div></section>
<section><h2>Cell by cell</h2><div class="card scroll">${table(['workload', 'fault', 'result', 'why'], list(cells))}</div></section>`
  return pageOf(title, body, matrixStyle)
}

function field(cell: StormCell | undefined): Html {
  if (cell?.state !== 'run') {
    const word = cell?.state === 'not applicable' ? 'n/a' : '·'
    return html`<td class="none" title="${cell?.why ?? ''}">${word}</td>`
  }
  const { word, why } = cell
  return html`<td class="${word}" title="${why}"><a href="${linkOf(cell)}">${word}</a></td>`
}

function list(cells: readonly StormCell[]) {
  return cells.map(cell => [
    cell.workload,
    cell.fault,
    cell.state === 'run'
      ? html`<a href="${linkOf(cell)}"><span class="word ${cell.word}">${cell.word}</span></a>`
      : html`<span class="soft">${cell.state}</span>`,
    cell.why,
  ])
}

/** From the page in `runs/` to the report of the run. */
function linkOf({ folder }: { readonly folder: string }): string {
  const path = folder.split('/').slice(1).map(encodeURIComponent)
  return [...path, 'report.html'].join('/')
}
