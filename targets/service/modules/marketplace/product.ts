import { z } from 'zod'

export const sku = z.string().regex(/^[\w.-]{1,64}$/, 'letters, digits, dot, dash, underscore')

export const product = z.object({
  sku,
  title: z.string(),
  priceCents: z.int().min(0),
  stock: z.int().min(0),
})
export type Product = z.infer<typeof product>

/** As the caller gets it: `stale` says that it is a copy from `asOf`, since the API is away. */
export type ShownProduct = Product & { readonly stale: boolean; readonly asOf: string }

export const purchase = z.strictObject({ sku, quantity: z.int().min(1).max(1_000) })
export type Purchase = z.infer<typeof purchase>

export const placedOrder = z.object({
  id: z.string().min(1),
  sku,
  quantity: z.int(),
  totalCents: z.int().min(0),
})
export type PlacedOrder = z.infer<typeof placedOrder>
