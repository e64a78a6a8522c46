import type { MessageFilter } from '../messages/message-filter.ts'
import type { Pipe } from '../pipe/pipe.ts'
import type { ProxyCollection } from '../proxies/proxy-collection.ts'

/** Every open connection with what it carried and which toxics are in its way. */
export function connectionList(proxies: ProxyCollection): object[] {
  const list = []
  for (const proxy of proxies.all) {
    for (const { facts, up, down, upstream, filter } of proxy.connections) {
      list.push({
        id: facts.id,
        proxy: facts.link,
        client: facts.client,
        openedAtMs: facts.openedAtMs,
        connected: !upstream.connecting,
        ...(filter && { protocol: proxy.settings.protocol, unparsed: filter.unread }),
        upstream: flow(up, filter),
        downstream: flow(down, filter),
      })
    }
  }
  return list
}

function flow(
  { direction, received, sent, held, toxics }: Pipe,
  filter: MessageFilter | undefined,
): object {
  const ofMessages = (filter?.toxics ?? []).filter(({ settings }) => settings.stream === direction)
  return {
    received,
    sent,
    held,
    ...(filter && { messages: filter.messages[direction] }),
    toxics: [...ofMessages, ...toxics].map(({ settings }) => settings.name),
  }
}
