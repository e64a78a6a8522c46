import { expect, test } from 'vitest'
import { seeded } from '../../lab/base/random.ts'
import { contentOf, orderInput, shopping, traceOf, wanted } from './order-operations.ts'

const mix = { people: 3, products: 5, paying: 0.4, cancelling: 0.2, both: 0.1, crossing: false }
const first = (count: number, changed = {}) =>
  shopping(seeded(7), { ...mix, ...changed })
    .take(count)
    .toArray()
const contents = (of: readonly { f: string; input: unknown }[]) =>
  of.filter(({ f }) => f === 'order').map(({ input }) => contentOf(orderInput.parse(input).items))

test('the same seed shops for the same', () => {
  expect(first(100)).toEqual(first(100))
})

test('no two orders want the same, in whatever order their products stand', () => {
  const all = contents(first(4_000))
  expect(all.length).toBeGreaterThan(2_000)
  expect(new Set(all).size).toBe(all.length)
})

test('an order has two different products', () => {
  for (const { input } of first(500)) {
    const { items } = orderInput.parse(input)
    expect(new Set(items.map(({ product }) => product)).size).toBe(2)
  }
})

test('what becomes of an order comes some orders later, by the shares', () => {
  const all = first(4_000)
  const at = new Map(all.map(({ f, key }, index) => [`${f} ${key}`, index]))
  const count = { order: 0, pay: 0, cancel: 0, both: 0 }
  for (const { f, key } of all) {
    if (f !== 'order') continue
    count.order += 1
    const [pay, cancel] = [at.get(`pay ${key}`), at.get(`cancel ${key}`)]
    if (pay !== undefined) expect(pay).toBeGreaterThan((at.get(`order ${key}`) ?? 0) + 20)
    if (pay !== undefined && cancel !== undefined) count.both += 1
    else if (pay !== undefined) count.pay += 1
    else if (cancel !== undefined) count.cancel += 1
  }
  for (const [kind, share] of [
    ['pay', 0.4],
    ['cancel', 0.2],
    ['both', 0.1],
  ] as const) {
    expect(count[kind] / count.order).toBeCloseTo(share, 1)
  }
})

test('each operation has a trace of its own and says what its answer must echo', () => {
  const [one] = first(1)
  const [order, pay] = [one, one && { ...one, f: 'pay' }]
  expect(order && pay && traceOf(order) === traceOf(pay)).toBe(false)
  expect(order && wanted(order)).toMatchObject({ person: expect.any(Number) })
})

test('crossing orders come in twins that want the same two products the other way round', () => {
  const all = first(60, { crossing: true, products: 12, paying: 0, cancelling: 0, both: 0 })
  const pairs = all.map(({ input }) => orderInput.parse(input).items.map(({ product }) => product))
  const one = [0, 2, 4, 6].map(product => [product, product + 1])
  const other = one.map(pair => pair.toReversed())
  expect(pairs.slice(0, 8)).toEqual([...one, ...other])
  expect(pairs[8]).toEqual([8, 9])
  expect(pairs[16]).toEqual([4, 5])
  expect(new Set(contents(all)).size).toBe(60)
})
