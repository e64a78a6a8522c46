import { randomBytes } from 'node:crypto'

/** What every instance is told alike, besides where its servers are. */
export function commonConfig(): Readonly<Record<string, unknown>> {
  return {
    environment: 'test',
    // One key for all: a token of one instance is good at every other.
    auth: {
      tokens: { algorithm: 'HS256', secret: randomBytes(32).toString('hex') },
      secureCookies: false,
    },
  }
}
