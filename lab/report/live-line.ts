import { styleText } from 'node:util'
import { printable } from '../base/printable.ts'

type Style = Parameters<typeof styleText>[0]

/** A piece of a line and how it looks. */
export interface Piece {
  readonly text: string
  readonly style?: Style
}

/** What a service says must not steer the terminal. */
export function piece(said: string, style?: Style): Piece {
  const text = printable(said)
  return style === undefined ? { text } : { text, style }
}

/** Joins pieces to a line no longer than `width`; what does not fit is cut, with an ellipsis. */
export function line(pieces: readonly Piece[], width: number, colors: boolean): string {
  const total = pieces.reduce((sum, each) => sum + each.text.length, 0)
  let left = total > width ? Math.max(0, width - 1) : width
  const shown = pieces.map(({ text, style }) => {
    const cut = text.slice(0, left)
    left -= cut.length
    if (!colors || style === undefined || cut === '') return cut
    return styleText(style, cut, { validateStream: false })
  })
  return `${shown.join('')}${total > width ? '…' : ''}`
}

const bars = '▁▂▃▄▅▆▇█'

/** The last numbers as a row of bars, against their own greatest. */
export function sparkline(numbers: readonly number[], length: number): string {
  const shown = numbers.slice(-length)
  const most = Math.max(1, ...shown)
  return shown.map(each => bars[Math.round((each / most) * (bars.length - 1))]).join('')
}
