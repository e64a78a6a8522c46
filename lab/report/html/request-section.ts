import type { RequestStory } from '../story/request-story.ts'
import { inSeconds } from '../wording.ts'
import { type Html, html } from './html-text.ts'

/** What became of the requests behind a witness, step by step. */
export function requestTable(stories: readonly RequestStory[]): Html | undefined {
  if (stories.length === 0) return undefined
  return html`${stories.map(
    story => html`<details class="evidence" open>
  <summary>The ${story.f} of ${story.workload}${story.key === undefined ? '' : ` ${story.key}`}, due at ${inSeconds(story.intendedMs)}</summary>
  <ol class="story">${rows(story)}</ol></details>`,
  )}`
}

function rows({ steps, omitted }: RequestStory): readonly Html[] {
  return steps.map(({ afterMs, where, what, kind, failed }, i) => {
    const gap =
      omitted > 0 && i === steps.length / 2
        ? html`<li class="soft"><span></span><span></span><span>${omitted} steps left out</span></li>`
        : html``
    return html`${gap}<li class="${kind}${failed ? ' failed' : ''}"><span class="n">+${afterMs.toFixed(1)} ms</span>
<span class="where">${where}</span><span>${what}</span></li>`
  })
}
