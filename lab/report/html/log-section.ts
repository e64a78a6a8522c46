import type { LogExcerpt } from '../story/log-excerpts.ts'
import { inSeconds } from '../wording.ts'
import { type Html, html } from './html-text.ts'

/** What the processes wrote around the witnesses. */
export function logSection(logs: readonly LogExcerpt[]): Html | undefined {
  if (logs.length === 0) return undefined
  return html`<section><h2>Logs around the witnesses</h2><div class="card">
    <p class="soft small">Times are those of each process's own clock, since the run began.</p>
    ${logs.map(
      ({ file, lines }) => html`<details class="evidence" open><summary>${file}</summary>
      <pre>${lines.map(({ atMs, text }) => html`<span>${inSeconds(atMs)}  ${text}</span>`)}</pre></details>`,
    )}</div></section>`
}
