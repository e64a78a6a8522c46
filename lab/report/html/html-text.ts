/** Text that is markup already. Made only by `html` and `trusted`. */
export class Html {
  readonly #markup: string
  constructor(markup: string) {
    this.#markup = markup
  }
  toString(): string {
    return this.#markup
  }
}

type Part = Html | string | number | undefined | readonly Part[]

/** A template whose every value is escaped, unless it is markup made by another template. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(
    strings.reduce((text, string, i) => `${text}${i > 0 ? render(parts[i - 1]) : ''}${string}`, ''),
  )
}

/** Markup of our own making (styles, drawn plots), taken as it is. */
export function trusted(markup: string): Html {
  return new Html(markup)
}

function render(part: Part): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.toString()
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  return part.map(render).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, character => entities[character] ?? character)
}
