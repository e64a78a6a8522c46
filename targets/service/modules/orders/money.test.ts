import fc from 'fast-check'
import { expect, test } from 'vitest'
import { amount, formatCents, totalsOf } from './money.ts'

test('an amount is the same after it was read and written', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), cents => {
      expect(amount.parse(formatCents(cents))).toBe(cents)
    }),
  )
})

test('shows amounts below a unit, and below nothing', () => {
  expect([0, 7, 70, -1, -12_345].map(formatCents)).toEqual([
    '0.00',
    '0.07',
    '0.70',
    '-0.01',
    '-123.45',
  ])
})

test('the total is its parts, whole cents, and the tax is right to half a cent', () => {
  const line = fc.record({
    unitPriceCents: fc.integer({ min: 0, max: 1_000_000 }),
    quantity: fc.integer({ min: 1, max: 1_000 }),
  })
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), lines => {
      const { subtotalCents, taxCents, shippingCents, totalCents } = totalsOf(lines)
      expect(totalCents).toBe(subtotalCents + taxCents + shippingCents)
      expect([subtotalCents, taxCents, totalCents].every(Number.isSafeInteger)).toBe(true)
      const exact = (subtotalCents + shippingCents) * 19
      expect(Math.abs(taxCents * 100 - exact)).toBeLessThanOrEqual(50)
    }),
  )
})
