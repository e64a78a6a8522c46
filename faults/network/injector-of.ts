import { z } from 'zod'
import type { Link } from '../../lab/model/capability.ts'

/** A link's proxy in the API that injects there, as data: for undos. */
export const injectorShape = z.object({
  adminUrl: z.url(),
  proxy: z.string(),
  /** Of our own proxy, where it asks for one; the original knows none. */
  token: z.string().optional(),
})
export type Injector = z.infer<typeof injectorShape>

export function injectorOf({ name, adminUrl, tapUrl, tapToken }: Link): Injector {
  const token = adminUrl === tapUrl ? tapToken : undefined
  return { adminUrl, proxy: name, ...(token !== undefined && { token }) }
}
