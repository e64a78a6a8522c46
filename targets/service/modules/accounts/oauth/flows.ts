import type { Redis } from 'ioredis'
import { z } from 'zod'
import { unavailable } from '../../../problem.ts'
import { hashOf, newSecret } from '../secret.ts'

const flow = z.object({ verifier: z.string(), nonce: z.string(), browserHash: z.string() })
export type Flow = z.infer<typeof flow>

/** Sign-ins that began here and will come back from the provider, to any instance. */
export interface Flows {
  /** `browser` goes into a cookie: who comes back must be who went. */
  begin(flow: Pick<Flow, 'verifier' | 'nonce'>): Promise<{ state: string; browser: string }>
  /** Once; undefined when it is used, expired, forged, or another browser's. */
  take(state: string, browser: string): Promise<Flow | undefined>
}

const key = (state: string) => `accounts:oauth:${hashOf(state)}`

export function createFlows(redis: Redis, ttlSeconds: number): Flows {
  return {
    begin: async ({ verifier, nonce }) => {
      const state = newSecret().text
      const browser = newSecret()
      const text = JSON.stringify({ verifier, nonce, browserHash: browser.hash } satisfies Flow)
      await redis.set(key(state), text, 'EX', ttlSeconds).catch(away)
      return { state, browser: browser.text }
    },
    take: async (state, browser) => {
      const text = await redis.getdel(key(state)).catch(away)
      if (typeof text !== 'string') return undefined
      const found = flow.parse(JSON.parse(text))
      return found.browserHash === hashOf(browser) ? found : undefined
    },
  }
}

function away(cause: unknown): never {
  const title = 'Nobody can sign in at the moment.'
  throw unavailable('redis-unavailable', title, { cause })
}
