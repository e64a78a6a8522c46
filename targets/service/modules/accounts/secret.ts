import { createHash, randomBytes } from 'node:crypto'

/** A secret to give away once; only its hash is stored, so the database gives nobody away. */
export function newSecret(bytes = 32): { text: string; hash: string } {
  const text = randomBytes(bytes).toString('base64url')
  return { text, hash: hashOf(text) }
}

/** Fast on purpose: what is hashed here is random and long, not a password. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
