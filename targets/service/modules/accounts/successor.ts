import { createHmac, hkdfSync } from 'node:crypto'

/** The token that replaces a refresh token: always the same one, and only this service can tell it. */
export type Successor = (token: string) => string

/** @param secret the service's own: what somebody stole from the database is not enough. */
export function createSuccessor(secret: string): Successor {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'refresh-successors', 32))
  return token => createHmac('sha256', key).update(token).digest('base64url')
}
