import { hash, verify } from '@node-rs/argon2'
import type { Defences } from '../defences.ts'
import { createBulkhead, noBulkhead } from '../resilience/bulkhead.ts'

/** OWASP's setting for argon2id. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hashing takes 19 MiB and milliseconds of a core each time, so only so much of it at once. */
export interface Passwords {
  /** @throws {Problem} 503 `busy` when too many wait already, or the deadline's while it waited. */
  hash(password: string): Promise<string>
  /** As slow for someone who does not exist, so that time tells nothing. */
  matches(password: string, passwordHash: string | null | undefined): Promise<boolean>
}

/** A password in its canonical form, so that it is the same on every keyboard. */
export function canonical(text: string): string {
  return text.normalize('NFKC')
}

export function createPasswords(defences: Defences): Passwords {
  const { run } = defences.on('password-bulkhead')
    ? createBulkhead('Too many people sign in right now.', defences.settings('password-bulkhead'))
    : noBulkhead
  const nobody = hash('nobody has this password', cost)
  return {
    hash: async password => run(() => hash(canonical(password), cost)),
    matches: async (password, passwordHash) => {
      const against = passwordHash ?? (await nobody)
      const right = await run(() => verify(against, canonical(password)))
      return right && typeof passwordHash === 'string'
    },
  }
}
