import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { openDatabase } from '../peers/open-database.ts'
import type { Product } from './settings.ts'

const product = z.object({
  sku: z.string(),
  title: z.string(),
  priceCents: z.number(),
  stock: z.number(),
})

const order = z.object({
  id: z.string(),
  key: z.string(),
  sku: z.string(),
  quantity: z.number(),
  totalCents: z.number(),
  createdAt: z.string(),
})
export type MarketplaceOrder = z.infer<typeof order>

export type Placed =
  | { readonly kind: 'placed' | 'replayed'; readonly order: MarketplaceOrder }
  | { readonly kind: 'conflict' | 'unknown-product' | 'out-of-stock' }

/** Products and orders of the marketplace; in a file, they survive a SIGKILL. */
export class ShopBooks implements Disposable {
  readonly #db: DatabaseSync

  /** `seed` is put on sale where the file knows the product not yet. */
  constructor(file: string, seed: readonly Product[]) {
    this.#db = openDatabase(
      file,
      `
      CREATE TABLE IF NOT EXISTS products (
        sku TEXT PRIMARY KEY, title TEXT NOT NULL, priceCents INTEGER NOT NULL,
        stock INTEGER NOT NULL) STRICT;
      CREATE TABLE IF NOT EXISTS orders (
        key TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, sku TEXT NOT NULL, quantity INTEGER NOT NULL,
        totalCents INTEGER NOT NULL, createdAt TEXT NOT NULL) STRICT;`,
    )
    const insert = this.#db.prepare('INSERT OR IGNORE INTO products VALUES (?, ?, ?, ?)')
    for (const { sku, title, priceCents, stock } of seed) insert.run(sku, title, priceCents, stock)
  }

  products(after: string, limit: number): readonly Product[] {
    return z
      .array(product)
      .parse(
        this.#db
          .prepare('SELECT * FROM products WHERE sku > ? ORDER BY sku LIMIT ?')
          .all(after, limit),
      )
  }

  product(sku: string): Product | undefined {
    const row = this.#db.prepare('SELECT * FROM products WHERE sku = ?').get(sku)
    return row && product.parse(row)
  }

  setStock(sku: string, stock: number): Product | undefined {
    this.#db.prepare('UPDATE products SET stock = ? WHERE sku = ?').run(stock, sku)
    return this.product(sku)
  }

  /** One key, one order. */
  place(key: string, sku: string, quantity: number): Placed {
    const before = this.#db.prepare('SELECT * FROM orders WHERE key = ?').get(key)
    if (before) {
      const found = order.parse(before)
      const same = found.sku === sku && found.quantity === quantity
      return same ? { kind: 'replayed', order: found } : { kind: 'conflict' }
    }
    const wanted = this.product(sku)
    if (!wanted) return { kind: 'unknown-product' }
    if (wanted.stock < quantity) return { kind: 'out-of-stock' }
    const placed = {
      id: `mo_${randomUUID()}`,
      key,
      sku,
      quantity,
      totalCents: wanted.priceCents * quantity,
      createdAt: new Date().toISOString(),
    }
    this.#db.exec('BEGIN IMMEDIATE')
    this.#db
      .prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)')
      .run(key, placed.id, sku, quantity, placed.totalCents, placed.createdAt)
    this.#db.prepare('UPDATE products SET stock = stock - ? WHERE sku = ?').run(quantity, sku)
    this.#db.exec('COMMIT')
    return { kind: 'placed', order: placed }
  }

  order(id: string): MarketplaceOrder | undefined {
    const row = this.#db.prepare('SELECT * FROM orders WHERE id = ?').get(id)
    return row && order.parse(row)
  }

  orders(): readonly MarketplaceOrder[] {
    return z.array(order).parse(this.#db.prepare('SELECT * FROM orders ORDER BY rowid').all())
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }
}
