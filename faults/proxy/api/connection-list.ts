import type { Collection } from '../collection.ts'
import type { Flow } from '../flow.ts'

/** Every open connection with what it carried and which toxics are in its way. */
export function connectionList(collection: Collection): object[] {
  const list = []
  for (const proxy of collection.all) {
    for (const { facts, up, down, upstream } of proxy.connections) {
      list.push({
        id: facts.id,
        proxy: facts.link,
        client: facts.client,
        openedAtMs: facts.openedAtMs,
        connected: !upstream.connecting,
        upstream: flow(up),
        downstream: flow(down),
      })
    }
  }
  return list
}

function flow({ received, sent, held, toxics }: Flow): object {
  return { received, sent, held, toxics: toxics.map(({ settings }) => settings.name) }
}
