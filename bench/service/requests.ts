import type { Goods } from './goods.ts'
import type { PlanInput } from './load/plan.ts'

type Request = PlanInput['requests'][number]

/** Half of them posts, from the cache; half of them products, from Postgres. */
export function reads({ postPaths, productIds }: Goods): Request[] {
  return postPaths.flatMap((path, index) => [
    { path },
    { path: `/v1/products/${productIds[index]}` },
  ])
}

export function posts({ postPaths }: Goods): Request[] {
  return postPaths.map(path => ({ path }))
}

export function products({ productIds }: Goods): Request[] {
  return productIds.map(id => ({ path: `/v1/products/${id}` }))
}

/** An order row in Postgres, a session in Redis, and the row confirmed: three writes. */
export function checkouts(): Request[] {
  const items = [{ sku: 'lamp', quantity: 1, priceCents: 4_900 }]
  const body = { orderId: '{uuid}', items }
  return [{ method: 'POST', path: '/checkout', body, expect: 201 }]
}

/** A transaction each: rows of stock locked and reserved, an order, its lines, its history. */
export function orders({ authorization, productIds }: Goods): Request[] {
  return productIds.map((productId, index) => {
    const other = productIds[(index + 7) % productIds.length] ?? productId
    return {
      method: 'POST',
      path: '/v1/orders',
      headers: { authorization, 'idempotency-key': '{uuid}' },
      body: { items: [productId, other].map(id => ({ productId: id, quantity: 1 })) },
      expect: 201,
    }
  })
}

/** Two reads for each write. */
export function mixed(goods: Goods): Request[] {
  const [write] = checkouts()
  return reads(goods).flatMap((read, index) => (index % 2 && write ? [read, write] : [read]))
}

export function registrations(): Request[] {
  const body = {
    username: 'person-{id}',
    email: '{uuid}@example.test',
    password: 'Correct-horse-battery-7',
  }
  return [{ method: 'POST', path: '/v1/accounts', body, expect: 201 }]
}
