/** What a token is; a symbol is one character, whose code is `symbol`. */
export const END = 0
/** A keyword or an unquoted name. */
export const WORD = 1
/** A quoted name: never a keyword. */
export const QUOTED = 2
/** A string constant of any kind. */
export const STRING = 3
export const NUMBER = 4
/** `$1`. */
export const PARAMETER = 5
export const SYMBOL = 6

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32
const DOUBLE_QUOTE = 34
const DOLLAR = 36
const AMPERSAND = 38
const QUOTE = 39
const STAR = 42
const MINUS = 45
const SLASH = 47
const BACKSLASH = 92

/** By character code, below 128: part of a name; first character of one; digit. */
const inName = new Uint8Array(128)
const beginsName = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  const sign = String.fromCharCode(code)
  beginsName[code] = /[A-Za-z_]/.test(sign) ? 1 : 0
  inName[code] = /[\w$]/.test(sign) ? 1 : 0
}
const dollarTag = /\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$/y
/** A string goes on behind white space with a line end in it, which may hold line comments. */
const continuation = /[ \t\f\v]*[\r\n](?:[ \t\f\v\r\n]|--[^\r\n]*[\r\n])*'/y

/**
 * The tokens of SQL as PostgreSQL's own scanner cuts them, `standard_conforming_strings` being on, as
 * it is since 9.1. Comments are no tokens. It goes forward alone, makes no strings, and takes any text:
 * what never closes goes on to the end.
 */
export class Tokens {
  readonly sql: string
  type = END
  from = 0
  to = 0
  symbol = 0
  /** Beginnings and ends of the comments so far; undefined while there was none. */
  comments: number[] | undefined
  #at = 0

  constructor(sql: string) {
    this.sql = sql
  }

  next(): number {
    this.#skipSpace()
    const { sql } = this
    const at = this.#at
    this.from = at
    this.symbol = 0
    if (at >= sql.length) return this.#found(END, at)
    const code = sql.charCodeAt(at)
    if (code >= 128 || beginsName[code] === 1) return this.#name(code, at)
    if (code === QUOTE) return this.#found(STRING, this.#string(at + 1, false))
    if (code === DOUBLE_QUOTE) return this.#found(QUOTED, closing(sql, at + 1, '"'))
    if (code >= 48 && code <= 57) return this.#found(NUMBER, this.#number(at + 1))
    if (code === DOLLAR) return this.#dollar(at)
    this.symbol = code
    return this.#found(SYMBOL, at + 1)
  }

  /** The present word in lower case. */
  word(): string {
    return lower(this.text())
  }

  /** The present token as it was sent. */
  text(): string {
    return this.sql.slice(this.from, this.to)
  }

  isWord(word: string): boolean {
    return this.type === WORD && this.to - this.from === word.length && this.word() === word
  }

  isSymbol(symbol: number): boolean {
    return this.type === SYMBOL && this.symbol === symbol
  }

  #found(type: number, to: number): number {
    this.type = type
    this.to = to
    this.#at = to
    return type
  }

  #skipSpace(): void {
    const { sql } = this
    for (;;) {
      const code = sql.charCodeAt(this.#at)
      if (code === SPACE || (code >= TAB && code <= CR)) this.#at++
      else if (code === MINUS && sql.charCodeAt(this.#at + 1) === MINUS) this.#comment(false)
      else if (code === SLASH && sql.charCodeAt(this.#at + 1) === STAR) this.#comment(true)
      else return
    }
  }

  #comment(isBlock: boolean): void {
    const from = this.#at
    this.#at = isBlock ? blockEnd(this.sql, from + 2) : lineEnd(this.sql, from + 2)
    this.comments ??= []
    this.comments.push(from, this.#at)
  }

  #name(code: number, at: number): number {
    const { sql } = this
    const second = sql.charCodeAt(at + 1)
    if (second === QUOTE && isIn('eEbBxXnN', code)) {
      return this.#found(STRING, this.#string(at + 2, code === 69 || code === 101))
    }
    if (second === AMPERSAND && isIn('uU', code)) {
      const third = sql.charCodeAt(at + 2)
      if (third === QUOTE) return this.#found(STRING, this.#string(at + 3, false))
      if (third === DOUBLE_QUOTE) return this.#found(QUOTED, closing(sql, at + 3, '"'))
    }
    let to = at + 1
    for (; to < sql.length; to++) {
      const next = sql.charCodeAt(to)
      if (next < 128 && inName[next] === 0) break
    }
    return this.#found(WORD, to)
  }

  /** Behind the closing quote of the string whose content begins at `at`, and of its continuations. */
  #string(at: number, hasEscapes: boolean): number {
    const { sql } = this
    let from = at
    for (;;) {
      const end = hasEscapes ? escapedEnd(sql, from) : closing(sql, from, "'")
      continuation.lastIndex = end
      if (!continuation.test(sql)) return end
      from = continuation.lastIndex
    }
  }

  #number(at: number): number {
    let to = at
    for (; to < this.sql.length; to++) {
      const code = this.sql.charCodeAt(to)
      if ((code < 48 || code > 57) && code !== 46 && code !== 95) break
    }
    return to
  }

  #dollar(at: number): number {
    const { sql } = this
    const second = sql.charCodeAt(at + 1)
    if (second >= 48 && second <= 57) return this.#found(PARAMETER, this.#number(at + 2))
    dollarTag.lastIndex = at
    const tag = dollarTag.exec(sql)?.[0]
    if (tag !== undefined) {
      const end = sql.indexOf(tag, at + tag.length)
      return this.#found(STRING, end < 0 ? sql.length : end + tag.length)
    }
    this.symbol = DOLLAR
    return this.#found(SYMBOL, at + 1)
  }
}

/** Letters beyond ASCII stay as they are, as in a UTF-8 database. */
export function lower(name: string): string {
  let isLower = true
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code >= 128) return name.replace(/[A-Z]+/g, letters => letters.toLowerCase())
    if (code >= 65 && code <= 90) isLower = false
  }
  return isLower ? name : name.toLowerCase()
}

function isIn(letters: string, code: number): boolean {
  return letters.includes(String.fromCharCode(code))
}

/** Behind the quote that closes; a doubled one does not. */
function closing(sql: string, at: number, quote: string): number {
  let from = at
  for (;;) {
    const end = sql.indexOf(quote, from)
    if (end < 0) return sql.length
    if (sql[end + 1] !== quote) return end + 1
    from = end + 2
  }
}

/** The same for `E''`, where a backslash takes the next character along. */
function escapedEnd(sql: string, at: number): number {
  for (let i = at; i < sql.length; i++) {
    const code = sql.charCodeAt(i)
    if (code === BACKSLASH) i++
    else if (code === QUOTE) {
      if (sql.charCodeAt(i + 1) !== QUOTE) return i + 1
      i++
    }
  }
  return sql.length
}

function lineEnd(sql: string, at: number): number {
  for (let i = at; i < sql.length; i++) {
    const code = sql.charCodeAt(i)
    if (code === LF || code === CR) return i
  }
  return sql.length
}

/** Block comments nest. */
function blockEnd(sql: string, at: number): number {
  let depth = 1
  for (let i = at; i < sql.length; i++) {
    const code = sql.charCodeAt(i)
    if (code === STAR && sql.charCodeAt(i + 1) === SLASH) {
      i++
      if (--depth === 0) return i + 1
    } else if (code === SLASH && sql.charCodeAt(i + 1) === STAR) {
      i++
      depth++
    }
  }
  return sql.length
}
