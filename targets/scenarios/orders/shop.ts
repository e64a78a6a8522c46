import { randomUUID } from 'node:crypto'
import type { Application } from '../application.ts'
import type { Answer, Client } from '../client.ts'
import { grant, logIn, newPerson, signedIn, sql } from '../person.ts'

/** A client that may change products. */
export async function shopkeeper(app: Application): Promise<Client> {
  const person = newPerson('keeper')
  const client = await signedIn(app, person)
  await grant(app, client.userId, 'admin')
  return logIn(client, person)
}

export async function product(
  keeper: Client,
  wanted: { price?: string; stock?: number } = {},
): Promise<string> {
  const sku = `sku-${randomUUID().slice(0, 13)}`
  const answer = await keeper.post('/v1/products', {
    sku,
    name: 'A thing',
    price: '10.00',
    ...wanted,
  })
  if (answer.status !== 201) throw new Error(`no product: ${JSON.stringify(answer.body)}`)
  return answer.body.id
}

/** Orders so many of one product; the key decides whether it is the same order. */
export function order(
  client: Client,
  items: readonly { productId: string; quantity: number }[],
  key: string = randomUUID(),
): Promise<Answer> {
  const headers = { 'idempotency-key': key, 'x-deadline-ms': '8000' }
  return client.post('/v1/orders', { items }, { headers })
}

export interface Shelf {
  readonly available: number
  readonly reserved: number
  readonly sold: number
}

export async function shelf(app: Application, productId: string): Promise<Shelf> {
  const text = 'select available, reserved, sold from orders_products where id = $1'
  const [row] = await sql<Shelf & Record<string, number>>(app, text, [productId])
  if (!row) throw new Error('There is no such product.')
  return row
}
