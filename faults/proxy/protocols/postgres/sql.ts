/** What is plain to see in a statement, without understanding SQL. */
export interface Statement {
  /** `SELECT`, `INSERT`, `BEGIN`, `COMMIT`; `START TRANSACTION`, `END` and `ABORT` by those names. */
  readonly kind: string
  /** The main table, without quotes and without `public.`. */
  readonly table: string | undefined
  /** From a comment: a `trace` field, or the trace id of sqlcommenter's `traceparent`. */
  readonly trace: string | undefined
  /** Its beginning, for matching. */
  readonly text: string
}

const textLimit = 1024
const cacheLimit = 500
const cache = new Map<string, Statement>()

const synonyms: Readonly<Record<string, string>> = {
  START: 'BEGIN',
  END: 'COMMIT',
  ABORT: 'ROLLBACK',
}
const identifier = '((?:"[^"]+"|[\\w$]+)(?:\\s*\\.\\s*(?:"[^"]+"|[\\w$]+))*)'
const afterOnly = `(?:ONLY\\s+)?${identifier}`
const tables: Readonly<Record<string, RegExp>> = {
  SELECT: pattern(`\\bFROM\\s+${afterOnly}`),
  INSERT: pattern(`\\bINTO\\s+${identifier}`),
  MERGE: pattern(`\\bINTO\\s+${afterOnly}`),
  UPDATE: pattern(`\\bUPDATE\\s+${afterOnly}`),
  DELETE: pattern(`\\bFROM\\s+${afterOnly}`),
  COPY: pattern(`\\bCOPY\\s+${identifier}`),
  TRUNCATE: pattern(`\\bTRUNCATE\\s+(?:TABLE\\s+)?${afterOnly}`),
  LOCK: pattern(`\\bLOCK\\s+(?:TABLE\\s+)?${afterOnly}`),
  CREATE: pattern(`\\bTABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${identifier}`),
  ALTER: pattern(`\\bTABLE\\s+(?:IF\\s+EXISTS\\s+)?${afterOnly}`),
  DROP: pattern(`\\bTABLE\\s+(?:IF\\s+EXISTS\\s+)?${identifier}`),
  NOTIFY: pattern(`\\bNOTIFY\\s+${identifier}`),
  LISTEN: pattern(`\\bLISTEN\\s+${identifier}`),
}
const mainVerb = /\b(SELECT|INSERT|UPDATE|DELETE|MERGE)\b/i
const word = /[a-zA-Z]+/y
const start = /\/\*|--/g
const traceField = /\btrace(?:_id)?\s*=\s*'?([\w.:-]{1,128})/
const traceparent = /\btraceparent\s*=\s*'?[0-9a-f]{2}-([0-9a-f]{32})-/

/** The verb alone, which is cheap. */
export function verbOf(sql: string): string {
  const found = firstWord(sql)
  const verb = found === '' ? 'EMPTY' : found.toUpperCase()
  if (verb !== 'WITH') return synonyms[verb] ?? verb
  const { bare } = withoutComments(sql)
  return mainVerb.exec(withoutParentheses(bare))?.[1]?.toUpperCase() ?? verb
}

/** Behind spaces, opening parentheses and comments. */
function firstWord(sql: string): string {
  let at = 0
  for (;;) {
    while (at < sql.length && (sql.charCodeAt(at) <= 32 || sql[at] === '(')) at++
    const end = commentEnd(sql, at)
    if (end === at) break
    at = end
  }
  word.lastIndex = at
  return word.exec(sql)?.[0] ?? ''
}

/** Where the comment that begins at `at` ends; `at` itself where none does. */
function commentEnd(sql: string, at: number): number {
  const isLine = sql.startsWith('--', at)
  if (!isLine && !sql.startsWith('/*', at)) return at
  const end = isLine ? sql.indexOf('\n', at) : sql.indexOf('*/', at + 2)
  if (end < 0) return sql.length
  return end + (isLine ? 1 : 2)
}

function withoutComments(sql: string): { bare: string; comments: string } {
  let bare = ''
  let comments = ''
  let from = 0
  start.lastIndex = 0
  for (let found = start.exec(sql); found; found = start.exec(sql)) {
    const end = commentEnd(sql, found.index)
    bare += `${sql.slice(from, found.index)} `
    comments += sql.slice(found.index, end)
    from = end
    start.lastIndex = end
  }
  return { bare: bare + sql.slice(from), comments }
}

export function lookAtSql(sql: string): Statement {
  const known = cache.get(sql)
  if (known) return known
  const found = look(sql)
  // A statement with a comment is most likely never seen again.
  if (sql.length <= textLimit && !sql.includes('/*')) {
    if (cache.size >= cacheLimit) cache.clear()
    cache.set(sql, found)
  }
  return found
}

function look(sql: string): Statement {
  const { bare, comments } = withoutComments(sql)
  const trace = traceparent.exec(comments)?.[1] ?? traceField.exec(comments)?.[1]
  const kind = verbOf(bare)
  const isWith = /^\s*WITH\b/i.test(bare)
  const table = tables[kind]?.exec(isWith ? withoutParentheses(bare) : bare)?.[1]
  return { kind, table: table && plain(table), trace, text: bare.trim().slice(0, textLimit) }
}

/** What stands outside of all parentheses. */
function withoutParentheses(sql: string): string {
  let depth = 0
  let found = ''
  for (const part of sql.split(/([()])/)) {
    if (part === '(') depth++
    else if (part === ')') depth--
    else if (depth === 0) found += ` ${part}`
  }
  return found
}

function plain(name: string): string {
  return name.replace(/["\s]/g, '').replace(/^public\./, '')
}

function pattern(source: string): RegExp {
  return new RegExp(source, 'i')
}
