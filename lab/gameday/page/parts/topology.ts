import { html } from 'htm/preact'
import type { DayView } from '../../view/day-view.ts'

const [columnWidth, rowHeight, boxHeight, boxWidth] = [190, 38, 26, 120]

/** Who speaks to whom; what is hurt is red, what would be hurt is dashed. */
export function Topology({ view, aimed }: { view: DayView; aimed: readonly string[] }) {
  const links = [...new Set(view.links.map(link => link.split('>').map(part).join('>')))]
  const columns = columnsOf(links)
  const height = Math.max(...columns.map(({ length }) => length), 1) * rowHeight + 12
  const width = Math.max(2, columns.length) * columnWidth
  const places = placesOf(columns, { width, height })
  const hurt = new Set(
    view.injections.filter(({ state }) => state === 'in force').flatMap(({ touches }) => touches),
  )
  const look = (names: readonly string[]) => {
    const is = (set: Iterable<string>) =>
      [...set].some(name => names.includes(name) || names.includes(whole(name)))
    return is(hurt) ? 'hurt' : is(aimed) ? 'aimed' : ''
  }
  const struck = [...hurt].join(', ') || 'nothing'
  return html`<section class="card" aria-labelledby="topology-title">
    <h2 id="topology-title">Blast radius</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Who speaks to whom"><svg class="topology" viewBox=${`0 0 ${width} ${height}`} role="img"
      style=${{ minWidth: `${0.8 * width}px`, maxWidth: `${1.3 * width}px` }}
      aria-label=${`Who speaks to whom. Struck: ${struck}. Aimed at: ${aimed.join(', ') || 'nothing'}.`}>
      ${links.map(link => {
        const [from = '', to = ''] = link.split('>')
        const [a, b] = [places.get(from), places.get(to)]
        return a && b && html`<path class=${look([link])} d=${curve(a, b)} />`
      })}
      ${[...places].map(
        ([name, { x, y }]) => html`<g class=${look([name])} transform=${`translate(${x} ${y})`}>
          <rect width=${boxWidth} height=${boxHeight} rx="6" /><text x=${boxWidth / 2} y="17" text-anchor="middle">${name}</text></g>`,
      )}
    </svg></div></section>`
}

/** A process with several roles is one part. */
const part = (name: string) => name.replace(/\.\w+$/, '')
const whole = (link: string) => link.split('>').map(part).join('>')

interface Place {
  readonly x: number
  readonly y: number
}

function columnsOf(links: readonly string[]): readonly (readonly string[])[] {
  const pairs = links.map(link => link.split('>') as [string, string])
  const depths = new Map(pairs.flat().map(name => [name, 0]))
  for (let pass = 0; pass < 6; pass++) {
    for (const [from, to] of pairs) {
      if (from !== to)
        depths.set(to, Math.max(depths.get(to) ?? 0, Math.min(4, (depths.get(from) ?? 0) + 1)))
    }
  }
  const by = Map.groupBy([...depths.keys()], name => depths.get(name) ?? 0)
  return [...by].toSorted(([a], [b]) => a - b).map(([, names]) => names)
}

function placesOf(
  columns: readonly (readonly string[])[],
  { width, height }: { readonly width: number; readonly height: number },
): ReadonlyMap<string, Place> {
  const slot = columns.length > 1 ? (width - boxWidth - 4) / (columns.length - 1) : 0
  return new Map(
    columns.flatMap((names, column) =>
      names.map((name, row): [string, Place] => [
        name,
        { x: 2 + column * slot, y: (height * (row + 0.5)) / names.length - boxHeight / 2 },
      ]),
    ),
  )
}

function curve(from: Place, to: Place): string {
  const [x1, y1, x2, y2] = [from.x + boxWidth, from.y + boxHeight / 2, to.x, to.y + boxHeight / 2]
  const middle = (x1 + x2) / 2
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`
}
