import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import type { Adapter, AdapterPayload, JWK } from 'oidc-provider'
import { z } from 'zod'
import { openDatabase } from '../peers/open-database.ts'

const row = z.object({ payload: z.string(), expiresAt: z.number().nullable() })
const value = z.object({ value: z.string() })
// The provider's own records, written and read only by it.
const payload = z.custom<AdapterPayload>(it => typeof it === 'object' && it !== null)
const jwk = z.custom<JWK>(it => typeof it === 'object' && it !== null && 'kty' in it)

/** Grants, tokens and keys of the authorization server; in a file, they survive a SIGKILL. */
export class OauthStore implements Disposable {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = openDatabase(
      file,
      `
      CREATE TABLE IF NOT EXISTS models (
        model TEXT NOT NULL, id TEXT NOT NULL, payload TEXT NOT NULL, uid TEXT, grantId TEXT,
        userCode TEXT, expiresAt INTEGER, PRIMARY KEY (model, id)) STRICT;
      CREATE INDEX IF NOT EXISTS models_grant ON models (grantId);
      CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
    )
  }

  /** The same at each start. */
  signingKey(): JWK {
    const fresh = () =>
      JSON.stringify({
        ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
        use: 'sig',
        alg: 'RS256',
      })
    return jwk.parse(JSON.parse(this.#secret('signing-key', fresh)))
  }

  cookieKey(): string {
    return this.#secret('cookie-key', () => randomBytes(32).toString('hex'))
  }

  /** What the provider asks of a store, for one kind of its records. */
  adapter(model: string): Adapter {
    const find = (column: 'id' | 'uid' | 'userCode') => async (wanted: string) =>
      this.#find(model, column, wanted)
    return {
      find: find('id'),
      findByUid: find('uid'),
      findByUserCode: find('userCode'),
      upsert: async (id, record, expiresIn) => {
        this.#db
          .prepare('INSERT OR REPLACE INTO models VALUES (?, ?, ?, ?, ?, ?, ?)')
          .run(
            model,
            id,
            JSON.stringify(record),
            record.uid ?? null,
            record.grantId ?? null,
            record.userCode ?? null,
            expiresIn === undefined ? null : Date.now() + expiresIn * 1000,
          )
      },
      consume: async id => {
        this.#db
          .prepare(
            `UPDATE models SET payload = json_set(payload, '$.consumed', unixepoch())
             WHERE model = ? AND id = ?`,
          )
          .run(model, id)
      },
      destroy: async id => {
        this.#db.prepare('DELETE FROM models WHERE model = ? AND id = ?').run(model, id)
      },
      revokeByGrantId: async grantId => {
        this.#db.prepare('DELETE FROM models WHERE grantId = ?').run(grantId)
      },
    }
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #find(model: string, column: 'id' | 'uid' | 'userCode', wanted: string) {
    const found = this.#db
      .prepare(`SELECT payload, expiresAt FROM models WHERE model = ? AND ${column} = ?`)
      .get(model, wanted)
    if (!found) return undefined
    const record = row.parse(found)
    if (record.expiresAt !== null && record.expiresAt < Date.now()) return undefined
    return payload.parse(JSON.parse(record.payload))
  }

  #secret(name: string, fresh: () => string): string {
    this.#db.prepare('INSERT OR IGNORE INTO secrets VALUES (?, ?)').run(name, fresh())
    const found = this.#db.prepare('SELECT value FROM secrets WHERE name = ?').get(name)
    return value.parse(found).value
  }
}
