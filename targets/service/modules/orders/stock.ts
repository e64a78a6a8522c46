import { type Kysely, sql } from 'kysely'
import type { Defences } from '../../defences.ts'
import { Problem } from '../../problem.ts'
import type { OrderLine } from './order.ts'

export interface Wanted {
  readonly productId: string
  readonly quantity: number
}

/**
 * Goods go from available to reserved to sold, or back; what they add up to changes only by
 * restocking. All within the caller's transaction.
 */
export interface Stock {
  /** @throws {Problem} 409 `out-of-stock`, 422 `not-for-sale`; then nothing is reserved. */
  reserve(trx: Kysely<unknown>, wanted: readonly Wanted[]): Promise<readonly OrderLine[]>
  release(trx: Kysely<unknown>, lines: readonly Wanted[]): Promise<void>
  sell(trx: Kysely<unknown>, lines: readonly Wanted[]): Promise<void>
}

interface Row {
  readonly id: string
  readonly sku: string
  readonly name: string
  readonly price: number
  readonly active: boolean
  readonly available: number
  readonly reserved: number
}

export function createStock(defences: Defences): Stock {
  const locks = defences.on('stock-lock')
  const sorts = defences.on('lock-order')
  // One at a time and in one order: who comes second waits instead of deadlocking.
  const inOrder = <T extends Wanted>(lines: readonly T[]): readonly T[] =>
    sorts ? lines.toSorted((a, b) => (a.productId < b.productId ? -1 : 1)) : lines

  const read = async (trx: Kysely<unknown>, id: string): Promise<Row | undefined> => {
    const lock = locks ? sql`for update` : sql``
    const { rows } = await sql<Row>`
      select id, sku, name, price_cents as price, active, available, reserved
      from orders_products where id = ${id} ${lock}`.execute(trx)
    return rows[0]
  }
  const move = async (trx: Kysely<unknown>, lines: readonly Wanted[], to: 'available' | 'sold') => {
    for (const { productId, quantity } of inOrder(lines)) {
      await sql`
        update orders_products
        set reserved = reserved - ${quantity}, ${sql.ref(to)} = ${sql.ref(to)} + ${quantity}
        where id = ${productId}`.execute(trx)
    }
  }
  return {
    reserve: async (trx, wanted) => {
      const lines: OrderLine[] = []
      for (const { productId, quantity } of inOrder(wanted)) {
        const row = await read(trx, productId)
        if (!row?.active) throw refused(422, 'not-for-sale', productId)
        if (row.available < quantity) throw refused(409, 'out-of-stock', row.sku)
        // Right only because nobody else can have changed the row since it was read.
        await sql`
          update orders_products
          set available = ${row.available - quantity}, reserved = ${row.reserved + quantity}
          where id = ${productId}`.execute(trx)
        const { sku, name, price } = row
        lines.push({ productId, sku, name, unitPriceCents: price, quantity })
      }
      return lines
    },
    release: (trx, lines) => move(trx, lines, 'available'),
    sell: (trx, lines) => move(trx, lines, 'sold'),
  }
}

function refused(status: number, code: string, what: string): Problem {
  return new Problem({ status, code, title: `This is not to be had: ${what}.` })
}
