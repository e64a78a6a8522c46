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
const comments = /\/\*([\s\S]*?)\*\/|--([^\n]*)/g
const traceField = /\btrace(?:_id)?\s*=\s*'?([\w.:-]{1,128})/
const traceparent = /\btraceparent\s*=\s*'?[0-9a-f]{2}-([0-9a-f]{32})-/

/** The verb alone, which is cheap. */
export function verbOf(sql: string): string {
  const bare = /^(?:\s|\/\*[\s\S]*?\*\/|--[^\n]*(?:\n|$)|\()*([a-zA-Z]+)/.exec(sql)
  const verb = bare?.[1]?.toUpperCase() ?? 'EMPTY'
  if (verb === 'WITH') return mainVerb.exec(withoutParentheses(sql))?.[1]?.toUpperCase() ?? verb
  return synonyms[verb] ?? verb
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
  let trace: string | undefined
  const bare = sql.replace(comments, (comment: string) => {
    trace ??= traceparent.exec(comment)?.[1] ?? traceField.exec(comment)?.[1]
    return ' '
  })
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
