import { html } from 'htm/preact'
import type { Lane } from '../base/lanes.ts'
import { clock } from '../base/words.ts'

interface Shown {
  readonly title: string
  readonly lanes: readonly Lane[]
  readonly fromMs: number
  readonly toMs: number
  /** What lasts is drawn until then. */
  readonly nowMs: number
}

/** Lanes on the time axis that all plots share, each with its name at its beginning. */
export function Timeline({ title, lanes, fromMs, toMs, nowMs }: Shown) {
  const at = (ms: number) =>
    (100 * (Math.min(Math.max(ms, fromMs), toMs) - fromMs)) / (toMs - fromMs)
  return html`<figure class="plot timeline">${title && html`<figcaption>${title}</figcaption>`}
    <ul>${lanes.map(
      ({ name, spans }) =>
        html`<li key=${name} class="lane"><span class="name">${name}</span>${spans
          .filter(span => (span.toMs ?? nowMs) >= fromMs)
          .map(({ fromMs: began, toMs: ended = nowMs, text, look }) => {
            const [left, right] = [at(began), at(ended)]
            const when = ended > began ? `${clock(began)} to ${clock(ended)}` : clock(began)
            return html`<i class=${look} title=${`${text}, ${when}`}
            style=${{ left: `${left}%`, width: `${right - left}%` }}>${ended > began && html`<span>${text}</span>`}</i>`
          })}</li>`,
    )}</ul></figure>`
}
