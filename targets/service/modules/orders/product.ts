import { z } from 'zod'
import { amount } from './money.ts'

export const newProduct = z.strictObject({
  sku: z.string().regex(/^[A-Za-z0-9-]{1,40}$/),
  name: z.string().trim().min(1).max(200),
  price: amount,
  stock: z.int().min(0).max(1_000_000).default(0),
})

export const productChange = z
  .strictObject({ name: newProduct.shape.name, price: amount, active: z.boolean() })
  .partial()
  .refine(change => Object.keys(change).length > 0, 'nothing to change')

export const maxQuantity = 10_000
export const quantity = z.int().min(1).max(maxQuantity)

export interface Product {
  readonly id: string
  readonly sku: string
  readonly name: string
  readonly priceCents: number
  readonly active: boolean
  readonly available: number
  readonly reserved: number
  readonly sold: number
}
