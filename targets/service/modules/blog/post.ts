import { z } from 'zod'

const tag = z.string().regex(/^[\p{L}\p{N}-]{1,30}$/u)
const title = z.string().trim().min(1).max(200)
const body = z.string().max(100_000)

export const newPost = z.strictObject({ title, body, tags: z.array(tag).max(20).default([]) })

/** `version` is the one the editor has seen; who has seen an older one is told. */
export const postChange = z.strictObject({
  version: z.int().min(1),
  title: title.optional(),
  body: body.optional(),
  tags: z.array(tag).max(20).optional(),
})
export type PostChange = z.infer<typeof postChange>

export const newComment = z.strictObject({ body: z.string().trim().min(1).max(5_000) })

/** As it is cached and sent: plain data, dates as text. */
export const post = z.object({
  id: z.uuid(),
  slug: z.string(),
  authorId: z.uuid(),
  title: z.string(),
  body: z.string(),
  tags: z.array(z.string()),
  version: z.int(),
  updatedAt: z.string(),
  publishedAt: z.string().nullable(),
})
export type Post = z.infer<typeof post>

/** Readable, and the same for the same title; a number makes it unique. */
export function slugOf(title: string): string {
  const plain = title
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
  return plain.replace(/^-|-$/g, '').slice(0, 80) || 'post'
}
