import { hash, verify } from '@node-rs/argon2'
import pLimit from 'p-limit'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import { unavailable } from '../problem.ts'

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
  const { concurrent, waiting } = defences.settings('password-bulkhead')
  const bounded = defences.on('password-bulkhead')
  const limit = pLimit(bounded ? concurrent : Number.POSITIVE_INFINITY)
  const run = <T>(work: () => Promise<T>): Promise<T> => {
    if (bounded && limit.pendingCount >= waiting) {
      throw unavailable('busy', 'Too many people sign in right now.', { outcome: 'not-done' })
    }
    const { signal } = currentContext().deadline
    return limit(() => {
      // Hashing for those who have been refused meanwhile would make all who follow late, too.
      if (bounded) signal?.throwIfAborted()
      return work()
    })
  }
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
