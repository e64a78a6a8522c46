import type { Json } from '../../base/json.ts'

/** A value of a text in EDN, and the line on which it begins, from 1. */
export interface Form {
  readonly value: Json
  readonly line: number
}

/** Why a text is no EDN, and on which line. */
export class EdnError extends Error {
  readonly line: number
  constructor(what: string, line: number) {
    super(what)
    this.line = line
  }
}

interface Source {
  readonly text: string
  at: number
  line: number
}

const deepest = 200
const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '#{': '}' }

/**
 * The values of a text in EDN, one after the other, as JSON: keywords without their colon, symbols
 * and ratios as texts, lists, vectors and sets as arrays, maps with texts for keys; tags are left out.
 * @throws {EdnError} where the text is none; what is unfinished is an error, too.
 */
export function* readEdn(text: string, firstLine = 1): Generator<Form> {
  const source: Source = { text, at: 0, line: firstLine }
  for (skip(source, 0); source.at < text.length; skip(source, 0)) {
    const { line } = source
    yield { value: read(source, 0), line }
  }
}

function read(source: Source, depth: number): Json {
  if (depth > deepest) throw new EdnError(`values more than ${deepest} deep`, source.line)
  skip(source, depth)
  const { text, at } = source
  const char = text[at]
  if (char === undefined) throw new EdnError('an end where a value is due', source.line)
  const open = char === '#' && text[at + 1] === '{' ? '#{' : char
  if (open in closing) return collection(source, open, depth)
  if (char === '"') return string(source)
  if (')]}'.includes(char)) throw new EdnError(`a ${char} that closes nothing`, source.line)
  const token = /[^\s,;()[\]{}"]+/y
  token.lastIndex = at
  const [found = ''] = token.exec(text) ?? []
  source.at += found.length
  if (char === '#') return read(source, depth + 1)
  if (char === '\\') return found.slice(1)
  return atom(found)
}

/** Space, commas, comments, and values that `#_` discards. */
function skip(source: Source, depth: number): void {
  const blank = /(?:[\s,]|;[^\n]*)+/y
  for (;;) {
    blank.lastIndex = source.at
    const [found = ''] = blank.exec(source.text) ?? []
    advance(source, found)
    if (!source.text.startsWith('#_', source.at)) return
    source.at += 2
    read(source, depth + 1)
  }
}

function collection(source: Source, open: string, depth: number): Json {
  const { line } = source
  source.at += open.length
  const items: Json[] = []
  for (;;) {
    skip(source, depth)
    const char = source.text[source.at]
    if (char === undefined) throw new EdnError(`a ${open} that is never closed`, line)
    if (char === closing[open]) break
    items.push(read(source, depth + 1))
  }
  source.at++
  if (open !== '{') return items
  if (items.length % 2 === 1) throw new EdnError('a map with a key that has no value', line)
  const keys = items.filter((_, i) => i % 2 === 0)
  return Object.fromEntries(keys.map((key, i) => [textOf(key), items[2 * i + 1] ?? null]))
}

function string(source: Source): string {
  const quoted = /"(?:[^"\\]|\\.)*"/sy
  quoted.lastIndex = source.at
  const found = quoted.exec(source.text)?.[0]
  if (found === undefined) throw new EdnError('a text that is never closed', source.line)
  const { line } = source
  advance(source, found)
  try {
    return String(JSON.parse(found.replace(/[\n\r\t]/g, char => JSON.stringify(char).slice(1, -1))))
  } catch {
    throw new EdnError(`a text with an escape that is none: ${found.slice(0, 40)}`, line)
  }
}

function atom(token: string): Json {
  if (token === 'nil') return null
  if (token === 'true' || token === 'false') return token === 'true'
  if (/^[-+]?\d+N?$|^[-+]?\d+(\.\d*)?([eE][-+]?\d+)?M?$/.test(token)) {
    const number = Number(token.replace(/[NM]$/, ''))
    // What a number of JavaScript cannot tell from its neighbour stays a text.
    return Number.isInteger(number) && !Number.isSafeInteger(number) ? token : number
  }
  return token.startsWith(':') ? token.slice(1) : token
}

function textOf(key: Json): string {
  return typeof key === 'string' ? key : JSON.stringify(key)
}

function advance(source: Source, passed: string): void {
  source.at += passed.length
  for (let at = passed.indexOf('\n'); at >= 0; at = passed.indexOf('\n', at + 1)) source.line++
}
