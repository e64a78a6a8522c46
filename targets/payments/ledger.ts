import { createHash, randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { openDatabase } from '../peers/open-database.ts'

const charge = z.object({
  id: z.string(),
  key: z.string(),
  reference: z.string(),
  amountCents: z.number(),
  currency: z.string(),
  status: z.enum(['succeeded', 'declined']),
  createdAt: z.string(),
})
export type Charge = z.infer<typeof charge>

const refund = z.object({
  id: z.string(),
  key: z.string(),
  chargeKey: z.string(),
  amountCents: z.number(),
  createdAt: z.string(),
})
export type Refund = z.infer<typeof refund>

export interface Statement {
  readonly charges: readonly Charge[]
  readonly refunds: readonly Refund[]
  readonly chargedCents: number
  readonly refundedCents: number
  /** References that more than one successful charge names. */
  readonly chargedTwice: readonly string[]
}

export type ChargeOrder = Pick<Charge, 'reference' | 'amountCents' | 'currency' | 'status'>

/** What a key was used for before: the same thing, or something else. */
export type Booking<Entry> =
  | { readonly kind: 'booked' | 'replayed'; readonly entry: Entry }
  | { readonly kind: 'conflict' }

/**
 * The books. SQLite in one thread, so each call is one step; in a file, what was answered is on disk
 * (WAL with `synchronous=FULL`) and survives a SIGKILL.
 */
export class PaymentLedger implements Disposable {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = openDatabase(
      file,
      `
      CREATE TABLE IF NOT EXISTS charges (
        key TEXT PRIMARY KEY, id TEXT NOT NULL, fingerprint TEXT NOT NULL, reference TEXT NOT NULL,
        amountCents INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
        createdAt TEXT NOT NULL) STRICT;
      CREATE INDEX IF NOT EXISTS charges_reference ON charges (reference);
      CREATE TABLE IF NOT EXISTS refunds (
        key TEXT PRIMARY KEY, id TEXT NOT NULL, fingerprint TEXT NOT NULL,
        chargeKey TEXT NOT NULL REFERENCES charges (key), amountCents INTEGER NOT NULL,
        createdAt TEXT NOT NULL) STRICT;`,
    )
  }

  /** One key, one charge: the same order again is told the first result; another is a conflict. */
  charge(key: string, order: ChargeOrder): Booking<Charge> {
    const asked = fingerprint([order.reference, order.amountCents, order.currency])
    const before = this.#usedFor('charges', key)
    if (before !== undefined && before !== asked) return { kind: 'conflict' }
    if (before === undefined) {
      this.#db
        .prepare('INSERT INTO charges VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          key,
          `ch_${randomUUID()}`,
          asked,
          order.reference,
          order.amountCents,
          order.currency,
          order.status,
          new Date().toISOString(),
        )
    }
    const entry = this.find(key)
    if (!entry) throw new Error(`The charge ${key} vanished while it was booked.`)
    return { kind: before === undefined ? 'booked' : 'replayed', entry }
  }

  /** The caller has checked the amount with `refundableCents`. */
  refund(key: string, chargeKey: string, amountCents: number): Booking<Refund> {
    const asked = fingerprint([chargeKey, amountCents])
    const before = this.#usedFor('refunds', key)
    if (before !== undefined && before !== asked) return { kind: 'conflict' }
    if (before === undefined) {
      this.#db
        .prepare('INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?)')
        .run(key, `re_${randomUUID()}`, asked, chargeKey, amountCents, new Date().toISOString())
    }
    const entry = refund.parse(this.#db.prepare('SELECT * FROM refunds WHERE key = ?').get(key))
    return { kind: before === undefined ? 'booked' : 'replayed', entry }
  }

  find(key: string): Charge | undefined {
    const row = this.#db.prepare('SELECT * FROM charges WHERE key = ?').get(key)
    return row && charge.parse(row)
  }

  hasRefund(key: string): boolean {
    return this.#usedFor('refunds', key) !== undefined
  }

  /** In the order they were made; `after` is the key of the last one already seen. */
  list(filter: { reference?: string; after?: string; limit: number }): readonly Charge[] {
    const rows = this.#db
      .prepare(
        `SELECT * FROM charges
         WHERE (:reference IS NULL OR reference = :reference)
           AND (:after IS NULL OR rowid > (SELECT rowid FROM charges WHERE key = :after))
         ORDER BY rowid LIMIT :limit`,
      )
      .all({
        reference: filter.reference ?? null,
        after: filter.after ?? null,
        limit: filter.limit,
      })
    return z.array(charge).parse(rows)
  }

  refundableCents(of: Charge): number {
    if (of.status !== 'succeeded') return 0
    const row = this.#db
      .prepare('SELECT COALESCE(SUM(amountCents), 0) AS sum FROM refunds WHERE chargeKey = ?')
      .get(of.key)
    return of.amountCents - z.object({ sum: z.number() }).parse(row).sum
  }

  statement(): Statement {
    const charges = this.list({ limit: -1 })
    const refunds = z.array(refund).parse(this.#db.prepare('SELECT * FROM refunds').all())
    const succeeded = charges.filter(entry => entry.status === 'succeeded')
    const references = succeeded.map(entry => entry.reference)
    return {
      charges,
      refunds,
      chargedCents: sum(succeeded),
      refundedCents: sum(refunds),
      chargedTwice: [...new Set(references.filter((it, index) => references.indexOf(it) < index))],
    }
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #usedFor(table: 'charges' | 'refunds', key: string): string | undefined {
    const row = this.#db.prepare(`SELECT fingerprint FROM ${table} WHERE key = ?`).get(key)
    return row && z.object({ fingerprint: z.string() }).parse(row).fingerprint
  }
}

function fingerprint(parts: readonly (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function sum(entries: readonly { readonly amountCents: number }[]): number {
  return entries.reduce((total, entry) => total + entry.amountCents, 0)
}
