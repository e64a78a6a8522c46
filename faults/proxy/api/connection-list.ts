import type { Conversation } from '../messages/message-filter.ts'
import type { Flow } from '../pipe/pipe.ts'
import type { Collection } from '../proxies/proxy-collection.ts'

/** Every open connection with what it carried and which toxics are in its way. */
export function connectionList(collection: Collection): object[] {
  const list = []
  for (const proxy of collection.all) {
    for (const { facts, up, down, upstream, conversation } of proxy.connections) {
      list.push({
        id: facts.id,
        proxy: facts.link,
        client: facts.client,
        openedAtMs: facts.openedAtMs,
        connected: !upstream.connecting,
        ...(conversation && { protocol: proxy.settings.protocol, unparsed: conversation.unread }),
        upstream: flow(up, conversation),
        downstream: flow(down, conversation),
      })
    }
  }
  return list
}

function flow(
  { direction, received, sent, held, toxics }: Flow,
  conversation: Conversation | undefined,
): object {
  const ofMessages = (conversation?.toxics ?? []).filter(
    ({ settings }) => settings.stream === direction,
  )
  return {
    received,
    sent,
    held,
    ...(conversation && { messages: conversation.messages[direction] }),
    toxics: [...ofMessages, ...toxics].map(({ settings }) => settings.name),
  }
}
