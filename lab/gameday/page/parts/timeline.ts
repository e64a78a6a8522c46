import { html } from 'htm/preact'
import type { Lane } from '../base/lanes.ts'
import { clock } from '../base/words.ts'

interface Shown {
  readonly title: string
  readonly lanes: readonly Lane[]
  readonly fromMs: number
  readonly toMs: number
}

/** Lanes on the time axis that all plots share. */
export function Timeline({ title, lanes, fromMs, toMs }: Shown) {
  const at = (ms: number) =>
    (100 * (Math.min(Math.max(ms, fromMs), toMs) - fromMs)) / (toMs - fromMs)
  return html`<figure class="plot timeline"><figcaption>${title}</figcaption>
    <ul>${lanes.map(
      ({ name, spans }) =>
        html`<li key=${name}><span class="name">${name}</span><span class="lane">${spans
          .filter(span => (span.toMs ?? toMs) >= fromMs)
          .map(({ fromMs: began, toMs: ended = toMs, text, look }) => {
            const left = at(began)
            const when = ended > began ? `${clock(began)} to ${clock(ended)}` : clock(began)
            return html`<i class=${look} title=${`${text}, ${when}`}
            style=${{ left: `${left}%`, width: `${at(ended) - left}%` }}><span>${text}</span></i>`
          })}</span></li>`,
    )}</ul></figure>`
}
