/** One row of `docs/scenarios.md`. */
export interface Scenario {
  readonly id: string
  readonly text: string
}

const row = /^\| ([A-Z]{2,3}-\d{2}) \| (.+) \|$/gm

/** The rows that begin with an ID, in their order. */
export function readCatalogue(markdown: string): readonly Scenario[] {
  return [...markdown.matchAll(row)].map(([, id = '', text = '']) => ({ id, text }))
}

/** All IDs that a text names, each once. */
export function idsIn(text: string): readonly string[] {
  return [...new Set(text.match(/\b[A-Z]{2,3}-\d{2}\b/g))]
}
