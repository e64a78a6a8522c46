import type { Topology } from '../story/topology.ts'
import type { Size } from './chart.ts'
import { type Html, html } from './html-text.ts'

const box = { height: 26, gap: 12, top: 8 }
/** Of a letter, at the size of the drawing's text. */
const letterWidth = 7

interface Placed {
  readonly x: number
  readonly y: number
  readonly width: number
}

/** Parts in columns, links as curves from consumer to provider; what a fault struck stands out. */
export function topologyDrawing(topology: Topology, { width }: Size): Html {
  const { columns, links } = topology
  const tallest = Math.max(...columns.map(column => column.length))
  const height = box.top * 2 + tallest * (box.height + box.gap)
  const places = placesOf(topology, width, height)
  const curves = links
    .toSorted((a, b) => a.hurtBy.length - b.hurtBy.length)
    .map(({ consumer, provider, hurtBy }) => {
      const from = places.get(consumer)
      const to = places.get(provider)
      if (!from || !to) return undefined
      const title = `${consumer} → ${provider}${hurtBy.length > 0 ? `: ${hurtBy.join(', ')}` : ''}`
      return html`<path class="link${hurtBy.length > 0 ? ' hurt' : ''}" d="${curve(from, to)}"><title>${title}</title></path>`
    })
  const boxes = columns.flat().map(({ name, hurtBy }) => {
    const at = places.get(name)
    if (!at) return undefined
    const look = `part${hurtBy.length > 0 ? ' hurt' : ''}`
    const title = hurtBy.length > 0 ? `${name}: ${hurtBy.join(', ')}` : name
    const text = shortened(name, at.width)
    return html`<g class="${look}"><title>${title}</title><rect x="${at.x}" y="${at.y}" width="${at.width}" height="${box.height}" rx="5"></rect><text x="${at.x + at.width / 2}" y="${at.y + 17}">${text}</text></g>`
  })
  return html`<svg class="topology" xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${curves}${boxes}</svg>`
}

function placesOf({ columns }: Topology, width: number, height: number) {
  const slot = width / columns.length
  const places = new Map<string, Placed>()
  columns.forEach((column, i) => {
    const most = Math.min(
      slot - 24,
      Math.max(...column.map(({ name }) => name.length)) * letterWidth + 24,
    )
    const rowHeight = (height - 2 * box.top) / column.length
    column.forEach(({ name }, row) => {
      const x = Math.round(i * slot + (slot - most) / 2)
      const y = Math.round(box.top + (row + 0.5) * rowHeight - box.height / 2)
      places.set(name, { x, y, width: Math.round(most) })
    })
  })
  return places
}

/** From the right side to the left; within a column, or back, around the outside. */
function curve(from: Placed, to: Placed): string {
  const [y1, y2] = [from.y + box.height / 2, to.y + box.height / 2]
  const x1 = from.x + from.width
  if (to.x > from.x) {
    const middle = Math.round((x1 + to.x) / 2)
    return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${to.x} ${y2}`
  }
  const x2 = to.x + to.width
  const out = Math.max(x1, x2) + 26
  return `M${x1} ${y1 - 4}C${out} ${y1 - 4} ${out} ${y2 + 4} ${x2} ${y2 + 4}`
}

function shortened(name: string, width: number): string {
  const fits = Math.max(3, Math.floor((width - 6) / letterWidth))
  return name.length <= fits ? name : `${name.slice(0, fits - 1)}…`
}
