import type { Module } from '../../kit.ts'
import { watchSubscriber } from '../../redis/subscriber.ts'
import { Connection } from './connection.ts'
import { chatQuery, clientFrame } from './frames.ts'
import { Hub } from './hub.ts'
import { migrations } from './migrations.ts'
import { createPresence } from './presence.ts'
import { createMessages } from './repository.ts'
import { createChat } from './service.ts'

const maxFrameBytes = 16 * 1024

export const chatModule: Module = {
  name: 'chat',
  migrations,
  start: {
    realtime: (kit, _http, door) => {
      const { defences, log, redis, config } = kit
      const messages = createMessages(kit.db)
      const subscriber = kit.connectRedis('subscriber')
      watchSubscriber(subscriber, kit)
      const hub = new Hub({ messages, subscriber, defences, log })
      const chat = createChat({ messages, redis, stores: kit.guard('postgres-chat'), log })
      const presence = createPresence(redis, config.instance, log)
      const parts = { chat, hub, messages, defences }
      door.serve({
        path: '/chat',
        query: chatQuery,
        maxFrameBytes,
        frame: clientFrame,
        open: (peer, query) => new Connection(peer, query, parts, presence.join(query.client)),
      })
      kit.onClose(() => {
        hub.close()
        presence.close()
      })
    },
  },
}
