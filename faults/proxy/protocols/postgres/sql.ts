import { Reader } from './sql/reader.ts'
import type { Statement } from './sql/statement.ts'
import { Tokens, WORD } from './sql/tokens.ts'
import { synonyms } from './sql/words.ts'

/** What a query says. */
export interface Sql {
  /** In their order, at least one. */
  readonly statements: readonly Statement[]
  /** From a comment: a `trace` field, or the trace id of sqlcommenter's `traceparent`. */
  readonly trace: string | undefined
}

/** Longer queries are hardly sent twice. */
const cacheable = 4096
const cacheLimit = 500
const cache = new Map<string, Sql>()

const traceField = /\btrace(?:_id)?\s*=\s*'?([\w.:-]{1,128})/
const traceparent = /\btraceparent\s*=\s*'?[0-9a-f]{2}-([0-9a-f]{32})-/
const OPEN = 40
const SEMICOLON = 59

/** The first verb alone, which is cheap. */
export function verbOf(sql: string): string {
  const tokens = new Tokens(sql)
  tokens.next()
  while (tokens.isSymbol(OPEN) || tokens.isSymbol(SEMICOLON)) tokens.next()
  if (tokens.type !== WORD) return 'EMPTY'
  const verb = tokens.word().toUpperCase()
  return verb === 'WITH'
    ? (lookAtSql(sql).statements[0]?.kind ?? verb)
    : (synonyms.get(verb) ?? verb)
}

/** The statements of a query and its trace. Takes any text, in time that grows with its length. */
export function lookAtSql(sql: string): Sql {
  const known = cache.get(sql)
  if (known) return known
  const reader = new Reader(sql)
  const statements = reader.read()
  const found = { statements, trace: reader.comments && traceIn(sql, reader.comments) }
  // A query with a comment is most likely never seen again.
  if (sql.length <= cacheable && !reader.comments) {
    if (cache.size >= cacheLimit) cache.clear()
    cache.set(sql, found)
  }
  return found
}

function traceIn(sql: string, ranges: readonly number[]): string | undefined {
  const comments: string[] = []
  for (let i = 0; i < ranges.length; i += 2) comments.push(sql.slice(ranges[i], ranges[i + 1]))
  const text = comments.join('\n')
  return traceparent.exec(text)?.[1] ?? traceField.exec(text)?.[1]
}
