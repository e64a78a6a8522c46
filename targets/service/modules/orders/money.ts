import { z } from 'zod'

const maxCents = 10_000_000_00

/** An amount as people write it, `"19.99"`; inside it is whole cents, so nothing is ever rounded. */
export const amount = z
  .string()
  .regex(/^\d{1,8}\.\d{2}$/, 'an amount such as "19.99"')
  .transform(text => Number(text.replace('.', '')))
  .refine(cents => cents <= maxCents, 'is more than anything costs here')

export function formatCents(cents: number): string {
  const digits = `${Math.abs(cents)}`.padStart(3, '0')
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

const taxPercent = 19
const shippingCents = 4_90
const freeShippingFromCents = 50_00

export interface Totals {
  readonly subtotalCents: number
  readonly taxCents: number
  readonly shippingCents: number
  readonly totalCents: number
}

/** Tax on goods and shipping, rounded once, half up. */
export function totalsOf(lines: readonly { unitPriceCents: number; quantity: number }[]): Totals {
  const subtotalCents = lines.reduce((sum, line) => sum + line.unitPriceCents * line.quantity, 0)
  const shipping = subtotalCents >= freeShippingFromCents ? 0 : shippingCents
  const taxCents = Math.floor(((subtotalCents + shipping) * taxPercent + 50) / 100)
  const totalCents = subtotalCents + shipping + taxCents
  return { subtotalCents, taxCents, shippingCents: shipping, totalCents }
}
