import { lower, QUOTED, STRING, type Tokens, WORD } from './tokens.ts'

/** PostgreSQL cuts names to this many bytes. */
const longest = 63
const DOT = 46
const escaped = /\\(?:\\|([0-9a-fA-F]{4})|\+([0-9a-fA-F]{6}))/g

/** Takes the name that begins with the present token; undefined when none does. */
export function takeName(tokens: Tokens): string | undefined {
  const { type } = tokens
  if (type !== WORD && type !== QUOTED) return undefined
  const text = tokens.text()
  tokens.next()
  if (type === WORD) return cut(lower(text))
  return text[0] === '"'
    ? cut(quoted(text, 1))
    : cut(unescaped(quoted(text, 3), takeEscape(tokens)))
}

/** The same for `schema.table`; of the database's name, and of `public.`, there is nothing left. */
export function takeQualifiedName(tokens: Tokens): string | undefined {
  let schema: string | undefined
  let name = takeName(tokens)
  while (name !== undefined && tokens.isSymbol(DOT)) {
    tokens.next()
    const next = takeName(tokens)
    if (next === undefined) break
    schema = name
    name = next
  }
  return schema === undefined || schema === 'public' ? name : `${schema}.${name}`
}

/** What stands between the quotes. */
function quoted(text: string, open: number): string {
  const isClosed = text.length > open && text.endsWith('"')
  return text.slice(open, isClosed ? -1 : undefined).replaceAll('""', '"')
}

/** `UESCAPE '!'` behind `U&"…"`. */
function takeEscape(tokens: Tokens): string {
  if (!tokens.isWord('uescape')) return '\\'
  if (tokens.next() !== STRING) return '\\'
  const sign = tokens.text().slice(1, -1)
  tokens.next()
  return sign
}

function unescaped(text: string, sign: string): string {
  const usual = sign === '\\' ? text : text.replaceAll('\\', '\\\\').replaceAll(sign || '\\', '\\')
  return usual.replace(escaped, (whole, four?: string, six?: string) => {
    const code = Number.parseInt(four ?? six ?? '', 16)
    if (Number.isNaN(code)) return '\\'
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function cut(name: string): string {
  if (name.length * 3 <= longest || Buffer.byteLength(name) <= longest) return name
  const bytes = Buffer.from(name)
  let end = longest
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}
