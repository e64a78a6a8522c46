import { hash, randomBytes } from 'node:crypto'
import type { Json } from '../base/json.ts'
import { holdsKnownSecret, learnSecrets, secretName, withoutSecrets } from '../base/secrets.ts'

/** Keeps the usual line at the speed of `stringify`. */
const hint =
  /pass|pwd|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key|session[-_]?id|:\/\/[^/"\s]*@|bearer|basic|eyJ/i

/**
 * Takes the secrets out of what a run records: strings in members called password, token, cookie and
 * the like; in any string what looks like a secret by its place (`Bearer …`, a URL's password); and the
 * known ones wherever they are. A mask is a hash keyed by the run, `[redacted:3f9c2a01b7d4]`: equal
 * secrets of a run stay equal and unequal ones unequal, so checkers judge them as they are.
 */
export class Redactor {
  readonly #key = randomBytes(32).toString('hex')

  constructor() {
    learnSecrets(process.env)
  }

  /** The value, itself when it holds no secret, and its line of JSON. */
  redact<Value extends object>(value: Value): { readonly value: Value; readonly line: string } {
    const line = JSON.stringify(value)
    if (!hint.test(line) && !holdsKnownSecret(line)) return { value, line }
    const redacted = JSON.stringify(this.#walk('', JSON.parse(line), false))
    return redacted === line ? { value, line } : { value: JSON.parse(redacted), line: redacted }
  }

  #walk(name: string, value: Json | undefined, isSecret: boolean): Json {
    const hidden = isSecret || secretName.test(name)
    if (typeof value === 'string') {
      return hidden ? this.#mask(value) : withoutSecrets(value, secret => this.#mask(secret))
    }
    if (Array.isArray(value)) return value.map(member => this.#walk('', member, hidden))
    if (typeof value === 'object' && value !== null) {
      const members = Object.entries(value)
      return Object.fromEntries(
        members.map(([key, member]) => [key, this.#walk(key, member, hidden)]),
      )
    }
    // A count of tokens is no secret.
    return value ?? null
  }

  #mask(secret: string): string {
    if (/^\[redacted:[0-9a-f]+\]$/.test(secret)) return secret
    // Cut short, so nobody can append to it; an HMAC takes fifty times as long.
    return `[redacted:${hash('sha256', this.#key + secret).slice(0, 12)}]`
  }
}
