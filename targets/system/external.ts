import { LabError } from '../../lab/base/errors.ts'
import type { Link, Linked } from '../../lab/model/capability.ts'
import type { PartPlan } from './part-plan.ts'
import { reachOf } from './reach.ts'

const protocols: Readonly<Record<string, Link['protocol']>> = {
  'postgres:': 'postgres',
  'postgresql:': 'postgres',
  'redis:': 'redis',
  'http:': 'http',
  'ws:': 'websocket',
}

/**
 * A server that runs already, at a URL with a host: it is reached by links like any other, and hurt on
 * them alone. The lab starts and stops nothing of it. What is encrypted (`https:`, `rediss:`) passes
 * unread, so only faults of the network fit, and its certificate is for another name than the link's.
 */
export function external(url: string): PartPlan<Linked> {
  const known = URL.parse(url)
  if (!known?.hostname) throw noServer(url)
  const direct = reachOf(url)
  return {
    kind: 'external',
    start: async ({ name, wires }) => {
      const part = { name, links: wires.to(name) }
      return {
        pick: () => part,
        direct,
        reachBy: async consumer => {
          const protocol = protocols[known.protocol] ?? 'tcp'
          const { host, port } = direct
          const at = await wires.address({
            consumer,
            provider: name,
            protocol,
            upstream: { host, port },
          })
          return reachOf(url.replace(known.host, `${at.host}:${at.port}`))
        },
        meters: [],
        description: `runs already, at ${known.host}`,
        [Symbol.asyncDispose]: async () => {},
      }
    },
  }
}

function noServer(url: string): LabError {
  return new LabError(
    {
      code: 'no-server',
      expected: 'the URL of a server, such as postgres://user:secret@db.internal:5432/app',
      found: URL.canParse(url) ? 'a URL without a host' : 'no URL',
      why: 'A link must know where to lead.',
      next: 'Correct the URL; it may come from an environment variable that is not set.',
    },
    'usage',
  )
}
