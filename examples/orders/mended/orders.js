import { pool, transaction } from './database.js'

/** Placing it again is the same order: the reference is its caller's, and unique. */
export function placeOrder({ reference, sku, quantity }) {
  return transaction(async client => {
    const { rows } = await client.query(
      `INSERT INTO orders (reference, sku, quantity) VALUES ($1, $2, $3)
       ON CONFLICT (reference) DO UPDATE SET reference = excluded.reference RETURNING *`,
      [reference, sku, quantity],
    )
    return rows[0]
  })
}

export async function findOrders(reference) {
  const { rows } = await pool.query('SELECT * FROM orders WHERE reference = $1', [reference])
  return rows
}

export async function findProduct(sku) {
  const { rows } = await pool.query('SELECT * FROM products WHERE sku = $1', [sku])
  return rows[0]
}
