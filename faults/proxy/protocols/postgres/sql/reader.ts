import { begin } from './begin.ts'
import { Draft } from './draft.ts'
import { keyword } from './keyword.ts'
import { Level } from './level.ts'
import { takeName, takeQualifiedName } from './names.ts'
import type { Statement } from './statement.ts'
import { END, lower, QUOTED, SYMBOL, Tokens, WORD } from './tokens.ts'
import * as words from './words.ts'
import { writesByFunction } from './writes.ts'

const OPEN = 40
const CLOSE = 41
const COMMA = 44
const DOT = 46
const SEMICOLON = 59

/** What stands in more parentheses than these is not looked at. */
const deepest = 1_000

/**
 * The statements of a query. It walks over the tokens once, with a level for each open parenthesis.
 * It knows where the grammar has names of tables, and little more: no text is refused.
 */
export class Reader {
  readonly #sql: string
  readonly #tokens: Tokens
  readonly #statements: Statement[] = []
  #draft = new Draft()
  #level = new Level(undefined, 'statement', 'nothing')
  #depth = 0
  /** The word before the present token; `.` behind a dot, empty behind anything else. */
  #last = ''
  /** Open BEGIN ATOMIC and CASE in a function's body, whose semicolons end no statement. */
  #atomic = 0
  #from = 0

  constructor(sql: string) {
    this.#sql = sql
    this.#tokens = new Tokens(sql)
  }

  /** Beginnings and ends of the comments that were met. */
  get comments(): readonly number[] | undefined {
    return this.#tokens.comments
  }

  read(): readonly Statement[] {
    const tokens = this.#tokens
    tokens.next()
    while (tokens.type !== END) {
      if (tokens.type === SYMBOL) this.#symbol(tokens.symbol)
      else if (tokens.type === WORD) this.#word()
      else if (tokens.type === QUOTED) this.#quoted()
      else this.#pass('')
    }
    this.#endStatement(this.#sql.length)
    return this.#statements
  }

  /** Goes on behind a token that is no name of a table. */
  #pass(last: string): void {
    this.#level.expected = 'nothing'
    this.#last = last
    this.#tokens.next()
  }

  #symbol(symbol: number): void {
    if (symbol === OPEN) this.#open()
    else if (symbol === CLOSE) this.#close()
    else if (symbol === COMMA) this.#comma()
    else if (symbol === SEMICOLON && this.#depth === 0 && this.#atomic === 0) {
      this.#endStatement(this.#tokens.from)
      this.#from = this.#tokens.to
      this.#pass('')
    } else this.#pass(symbol === DOT ? '.' : '')
  }

  #open(): void {
    const level = this.#level
    const { expected } = level
    const last = this.#last
    this.#pass('')
    if (words.takesOptions.has(last)) level.expected = expected
    if (++this.#depth <= deepest) this.#level = this.#inside(level, expected, last)
  }

  #inside(level: Level, expected: Level['expected'], last: string): Level {
    if (level.with === 'body') return new Level(level, 'body', 'nothing')
    if (level.with === 'name') return new Level(level, 'part', 'nothing')
    if (
      level.role !== 'part' &&
      (level.verb === '' || (level.verb === 'COPY' && last === 'copy'))
    ) {
      const isOption = last === 'explain' && !words.queries.has(this.#tokens.word())
      return new Level(level, isOption ? 'part' : level.role, 'nothing')
    }
    return new Level(level, 'part', expected === 'source' || last === 'only' ? expected : 'nothing')
  }

  #close(): void {
    this.#pass('')
    if (this.#depth === 0 || this.#depth-- > deepest) return
    const level = this.#level.parent
    if (!level) return
    this.#level = level
    if (level.with !== 'body') return
    level.learn(level.withName)
    level.with = 'after'
  }

  #comma(): void {
    const level = this.#level
    this.#pass('')
    if (level.with === 'none') level.expected = level.list
    if (level.with !== 'after') return
    level.with = 'name'
    level.withName = ''
  }

  #quoted(): void {
    const level = this.#level
    if (level.with === 'name' && level.withName === '') level.withName = this.#name()
    else if (level.expected !== 'nothing') this.#table()
    else if (this.#draft.does === 'fetch') this.#draft.name = this.#name()
    else this.#pass('')
  }

  #name(): string {
    this.#last = ''
    return takeName(this.#tokens) ?? ''
  }

  #word(): void {
    const level = this.#level
    const tokens = this.#tokens
    const isSeen = this.#depth <= deepest
    const word = isSeen ? tokens.word() : ''
    const isExpected = isSeen && level.expected !== 'nothing'
    if (isExpected && standsBefore(level, word)) {
      this.#last = word
      tokens.next()
    } else if (isExpected && !words.reserved.has(word) && !words.queries.has(word)) this.#table()
    else {
      const last = this.#last
      this.#pass(word)
      if (tokens.isSymbol(OPEN)) this.#draft.refused ??= writesByFunction(word)
      if (isSeen && last !== '.') this.#keyword(level, word, last)
    }
  }

  #keyword(level: Level, word: string, last: string): void {
    if (this.#draft.kind === 'CREATE') this.#inBody(word)
    if (level.with !== 'none' && !this.#afterWith(level, word)) return
    if (level.verb === '') begin(this.#draft, level, word, this.#tokens)
    else if (last !== 'as' || !words.labels.has(level.verb)) {
      keyword(this.#draft, level, word, last, this.#tokens)
    }
  }

  /** In a WITH; true when it has ended, and this word is the verb behind it. */
  #afterWith(level: Level, word: string): boolean {
    if (level.with === 'name') this.#withName(level, word)
    else if (level.with === 'clause') {
      if (word === 'set') level.with = 'after'
    } else if (level.with === 'after') {
      if (word === 'search' || word === 'cycle') level.with = 'clause'
      else if (words.verbs.has(word)) {
        level.with = 'none'
        return true
      }
    }
    return false
  }

  #withName(level: Level, word: string): void {
    if (level.withName === '') {
      if (word === 'recursive' && !this.#tokens.isWord('as')) level.isRecursive = true
      else level.withName = lower(word)
    } else if (word === 'as') {
      if (level.isRecursive) level.learn(level.withName)
      level.with = 'body'
    }
  }

  /** `BEGIN ATOMIC …; …; END` of a function. */
  #inBody(word: string): void {
    if (word === 'begin' && this.#tokens.isWord('atomic')) this.#atomic++
    else if (this.#atomic === 0) return
    else if (word === 'case') this.#atomic++
    else if (word === 'end') this.#atomic--
  }

  /** A name where one of a table, a function or a WITH query may be. */
  #table(): void {
    const level = this.#level
    const tokens = this.#tokens
    const { expected } = level
    this.#last = ''
    const isWord = tokens.type === WORD
    const name = takeQualifiedName(tokens) ?? ''
    if (isWord && this.#isBefore(level, name)) return
    level.expected = 'nothing'
    if (level.verb === '') level.verb = 'FROM'
    if (expected === 'source') {
      if (tokens.isSymbol(OPEN)) {
        this.#draft.refused ??= writesByFunction(name.slice(name.lastIndexOf('.') + 1))
        return
      }
      if (level.knows(name)) return
    }
    this.#draft.tables.push(name)
  }

  /** `IF NOT EXISTS`, `TEMP`, `ROWS FROM (`: what looks like a name and stands before one. */
  #isBefore(level: Level, word: string): boolean {
    const tokens = this.#tokens
    if (word === 'rows' && tokens.isWord('from')) {
      tokens.next()
      level.expected = 'nothing'
      return true
    }
    if (word === 'if' && (tokens.isWord('not') || tokens.isWord('exists'))) {
      if (tokens.isWord('not')) tokens.next()
      if (tokens.isWord('exists')) tokens.next()
      return true
    }
    if (!words.beforeTable.get(level.verb)?.has(word)) return false
    return tokens.type === QUOTED || (tokens.type === WORD && !words.reserved.has(tokens.word()))
  }

  #endStatement(at: number): void {
    const text = this.#sql.slice(this.#from, at).trim()
    const draft = this.#draft
    const isLast = at === this.#sql.length
    const before = this.#statements.at(-1)
    if (draft.kind !== '') this.#statements.push(draft.finish(text))
    else if (isLast && !before) this.#statements.push(draft.finish(text))
    else if (isLast && before && text !== '') {
      // A comment behind the last semicolon.
      this.#statements[this.#statements.length - 1] = { ...before, text: `${before.text}; ${text}` }
    }
    this.#draft = new Draft()
    this.#level = new Level(undefined, 'statement', 'nothing')
    this.#atomic = 0
  }
}

/** ONLY, LATERAL and TABLE, behind which the name is still to come. */
function standsBefore({ expected }: Level, word: string): boolean {
  return words.beforeAnyTable.has(word) && !(word === 'table' && expected === 'source')
}
