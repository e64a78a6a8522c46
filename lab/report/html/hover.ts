import type { RunStory } from '../run-story.ts'
import { type Size, shownRange } from './chart.ts'
import { html } from './html-text.ts'

/** What a reader sees who points at a stretch of a plot. */
export interface Hover {
  readonly fromMs: number
  readonly toMs: number
  readonly text: string
  /** Pixels from the top; default: the whole height of the plot. */
  readonly row?: { readonly at: number; readonly height: number }
}

interface Frame {
  readonly height: number
  readonly top: number
  readonly bottom: number
}

/** The plot with invisible fields over it that tell their figures; it takes no script. */
export function withHover(
  svg: string,
  hovers: readonly Hover[],
  story: RunStory,
  size: Size,
  { height, top, bottom }: Frame,
): string {
  const { min, max } = shownRange(story, size)
  const inner = size.width - size.left - right
  const at = (ms: number) => size.left + ((ms / 1000 - min) / (max - min)) * inner
  const fields = hovers.flatMap(({ fromMs, toMs, text, row }) => {
    const x = Math.max(size.left, at(fromMs))
    const end = Math.min(size.width - right, at(toMs))
    if (end <= x) return []
    const [y, tall] = row ? [row.at, row.height] : [top, height - top - bottom]
    return html`<rect x="${x.toFixed(1)}" y="${y}" width="${(end - x).toFixed(1)}" height="${tall}"><title>${text}</title></rect>`
  })
  return svg.replace(/<\/svg>\s*$/, () => html`<g class="hover">${fields}</g></svg>`.toString())
}

/** Of the grid, as `grid()` has it. */
const right = 18
