import { expect, test } from 'vitest'
import {
  noneInDoubt,
  oneCharge,
  onePerKey,
  ordered,
  soundOrders,
  stockAddsUp,
} from './order-promises.ts'

const order = {
  ...{ id: 'a', number: 100001, person: 0, status: 'pending-payment', totalCents: 500 },
  ...{ history: ['pending-payment'], payment: null, charges: 0, chargedCents: 0, refundedCents: 0 },
}
const paid = {
  ...order,
  ...{ status: 'paid', history: ['pending-payment', 'paid'], payment: 'charged' },
  ...{ charges: 1, chargedCents: 500 },
}
const cancelled = { ...order, status: 'cancelled', history: ['pending-payment', 'cancelled'] }

test.each([
  ['waiting for its payment', order, 0],
  ['paid', paid, 0],
  ['cancelled', cancelled, 0],
  [
    'cancelled, charged and paid back',
    { ...cancelled, charges: 1, chargedCents: 500, refundedCents: 500 },
    0,
  ],
  [
    'in doubt, and charged already',
    { ...order, payment: 'open', charges: 1, chargedCents: 500 },
    0,
  ],
  ['charged twice', { ...paid, charges: 2, chargedCents: 1_000 }, 2],
  ['cancelled and charged', { ...cancelled, charges: 1, chargedCents: 500 }, 1],
  ['paid and not charged', { ...paid, charges: 0, chargedCents: 0 }, 1],
  ['paid, and paid back', { ...paid, refundedCents: 500 }, 1],
  ['waiting, and charged without doubt', { ...order, charges: 1, chargedCents: 500 }, 1],
  [
    'paid after it was cancelled',
    { ...paid, history: ['pending-payment', 'cancelled', 'paid'] },
    1,
  ],
  ['not what it became last', { ...order, history: ['pending-payment', 'paid'] }, 1],
])('an order that is %s', (_, one, flaws) => {
  expect(soundOrders.quantity([one])).toBe(flaws)
})

test('a payment is in doubt until it is charged, declined or paid back', () => {
  const doubts = [null, 'open', 'charged', 'refund', 'declined', 'refunded', 'unresolved'].map(
    payment => noneInDoubt.quantity([{ ...order, payment }]),
  )
  expect(doubts).toEqual([0, 1, 0, 1, 0, 0, 1])
})

test('each order and each charge is an effect of its key', () => {
  expect(onePerKey.found('k', [order, { ...order, id: 'b' }])).toEqual([
    { key: 'k', value: 'a' },
    { key: 'k', value: 'b' },
  ])
  expect(oneCharge.found('k', [{ ...paid, charges: 2 }, order])).toHaveLength(2)
  const outcome = { kind: 'ok', value: { id: 'a' } } as const
  expect(onePerKey.promised({ f: 'order', input: null, answer: { outcome } })).toBe('a')
})

test('stock adds up within its row and with the orders', () => {
  const row = { initial: 10, available: 5, reserved: 3, sold: 2, pending: 3, paid: 2 }
  expect(stockAddsUp.quantity(row)).toBe(0)
  expect(stockAddsUp.quantity({ ...row, available: 6 })).toBe(1)
  expect(stockAddsUp.quantity({ ...row, reserved: 2, available: 6 })).toBe(1)
  expect(ordered.value(row)).toBe(5)
})

test('goods are wanted by an order and given back by what cancelled it', () => {
  const input = {
    person: 0,
    items: [
      { product: 1, quantity: 2 },
      { product: 4, quantity: 9 },
    ],
  }
  const answered = (value: object) =>
    ({ answer: { outcome: { kind: 'ok', value: { ...value } } } }) as const
  expect(ordered.amounts({ f: 'order', input })).toEqual({ 1: 2, 4: 9 })
  expect(ordered.amounts({ f: 'cancel', input })).toEqual({ 1: -2, 4: -9 })
  expect(ordered.amounts({ f: 'cancel', input, ...answered({ status: 'cancelled' }) })).toEqual({
    1: -2,
    4: -9,
  })
  expect(ordered.amounts({ f: 'cancel', input, ...answered({ tooLate: 'wrong-state' }) })).toEqual(
    {},
  )
  expect(ordered.amounts({ f: 'pay', input })).toEqual({})
})
