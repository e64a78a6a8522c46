import type { Named, Statement } from './statement.ts'
import type { Tokens } from './tokens.ts'
import { beforeObject, synonyms } from './words.ts'
import { writesByVerb } from './writes.ts'

const definitions = new Set(['CREATE', 'ALTER', 'DROP'])
const ofTwoWords = new Set(['MATERIALIZED', 'FOREIGN', 'EVENT'])

/** What is known of a statement while it is being read. */
export class Draft {
  /** Its first keyword, or a synonym's. */
  kind = ''
  /** In a definition what is defined: `TABLE`, `INDEX`. */
  object = ''
  /** The keyword of what it explains, prepares or declares. */
  inner = ''
  readonly tables: string[] = []
  channel: string | undefined
  /** Of EXPLAIN: it is executed too. */
  isAnalyzed = false
  /** A part of it changes data. */
  changes = false
  /** A part of it that a standby refuses whatever the whole is: `nextval()`. */
  refused: string | undefined
  does: Named['does'] | undefined
  name: string | undefined

  get isDefinition(): boolean {
    return definitions.has(this.kind)
  }

  /** A keyword with which a statement can begin; of WITH and parentheses that inside. */
  begins(verb: string): void {
    if (this.kind === '') this.kind = synonyms.get(verb) ?? verb
    else if (this.inner === '') this.inner = verb
  }

  /** The words behind CREATE, ALTER or DROP that say what. */
  defines(word: string): void {
    if (this.object === '' && !beforeObject.has(word)) this.object = word.toUpperCase()
    else if (ofTwoWords.has(this.object)) this.object += ` ${word.toUpperCase()}`
  }

  /** ANALYZE of an EXPLAIN, as a word or an option. */
  explains(word: string, tokens: Tokens): boolean {
    const isAnalyze = word === 'analyze' || word === 'analyse'
    if (!isAnalyze || this.kind !== 'EXPLAIN' || this.inner !== '') return false
    this.isAnalyzed = !['off', 'false', '0'].includes(tokens.word())
    return true
  }

  finish(text: string): Statement {
    const { does, name } = this
    const kind = this.kind === '' ? 'EMPTY' : this.kind
    const inner = this.#writesOf(this.inner)
    const named = does && name !== undefined && { does, name, kind: this.inner, writes: inner }
    return {
      kind,
      tables: this.tables,
      channel: this.channel,
      text,
      writes: this.#writes(kind, inner),
      named: named || undefined,
    }
  }

  #writes(kind: string, inner: string | undefined): string | undefined {
    if (kind === 'EXPLAIN') return this.isAnalyzed ? inner : undefined
    if (kind === 'PREPARE') return this.does ? undefined : this.refused
    if (kind === 'DECLARE') return inner
    return this.#writesOf(kind)
  }

  #writesOf(kind: string): string | undefined {
    const byVerb = writesByVerb(kind, this.object)
    return byVerb ?? this.refused ?? (this.changes ? kind : undefined)
  }
}
