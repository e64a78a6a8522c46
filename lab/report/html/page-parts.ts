import { createHash } from 'node:crypto'
import { type Size, sizes } from './chart.ts'
import { type Html, html, trusted } from './html-text.ts'
import { style } from './style.ts'

/** A whole document. It holds no script, and its policy forbids every request. */
export function pageOf(title: string, body: Html, more = ''): string {
  const looks = `${style}${more}`
  const hash = createHash('sha256').update(looks).digest('base64')
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ]
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy.join('; '))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${trusted(looks)}</style>
</head>
<body><main>
${body}
</main></body>
</html>
`.toString()
}

/** Names and values in a row that wraps. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): Html {
  const each = pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)
  return html`<dl class="facts">${each}</dl>`
}

/** A cell's words, and how it looks: `n` is a number, `yes` and `no` judge, `bent` may be. */
export type Cell = string | Html | { readonly text: string | Html; readonly look: string }

/** A head that begins with `#` stands over numbers. */
export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): Html {
  const isNumeric = (column: number) => heads[column]?.startsWith('#') ?? false
  const head = heads.map(
    (name, i) => html`<th class="${isNumeric(i) ? 'n' : ''}">${name.replace(/^#/, '')}</th>`,
  )
  const body = rows.map(row => {
    const cells = row.map((cell, i) => {
      const { text, look } =
        typeof cell === 'object' && 'look' in cell ? cell : { text: cell, look: '' }
      return html`<td class="${isNumeric(i) ? `n ${look}` : look}">${text}</td>`
    })
    return html`<tr>${cells}</tr>`
  })
  return html`<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`
}

/** What a colour in a plot means. */
export function key(hue: string, words: string): Html {
  return html`<span class="key ${hue}">${words}</span>`
}

/** Both drawings are in the page; its style shows the one that fits. */
export function bothSizes(plot: (size: Size) => string): Html {
  return html`<div class="wide">${trusted(plot(sizes.wide))}</div>
    <div class="narrow">${trusted(plot(sizes.narrow))}</div>`
}
