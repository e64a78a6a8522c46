import { z } from 'zod'

/** A text that all three databases hold alike: one of them knows no NUL. */
const text = z.string().regex(/^[^\0]*$/, 'holds a NUL')
/** Such a text that says something. */
export const line = (max: number) => text.trim().min(1).max(max)

/** What people may change about themselves. */
export const profileChange = z.strictObject({ name: line(100) })
export const newNote = z.strictObject({
  title: line(200),
  body: text.max(10_000).default(''),
})

/** As they are cached and sent: plain data. */
export const profile = z.object({
  id: z.int(),
  email: z.string(),
  name: z.string(),
  verified: z.boolean(),
})
export const notes = z.array(z.object({ id: z.int(), title: z.string(), body: z.string() }))

export type Profile = z.infer<typeof profile>
export type Notes = z.infer<typeof notes>
