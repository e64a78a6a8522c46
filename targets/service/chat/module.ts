import type { Module } from '../kit.ts'
import { Hub } from './hub.ts'
import { migrations } from './migrations.ts'
import { createPresence } from './presence.ts'
import { createMessages } from './repository.ts'
import { createChat } from './service.ts'
import { serveSockets } from './socket-server.ts'

export const chatModule: Module = {
  name: 'chat',
  migrations,
  start: {
    realtime: (kit, http) => {
      const { defences, log, redis, identity, config } = kit
      const messages = createMessages(kit.db)
      const hub = new Hub({ messages, subscriber: kit.connectRedis('subscriber'), defences, log })
      const chat = createChat({ messages, redis, stores: kit.guard('postgres-chat'), log })
      const presence = createPresence(redis, config.instance, log)
      const slow = kit.metrics.counter({
        name: 'chat_slow_consumers_total',
        help: 'Clients cut off because they did not read.',
      })
      const onSlowConsumer = () => slow.inc()
      const parts = { chat, hub, messages, identity, defences, log, onSlowConsumer }
      const closeSockets = serveSockets(http, parts, { presence, metrics: kit.metrics })
      http.addHook('preClose', done => {
        closeSockets()
        done()
      })
      kit.onClose(() => {
        hub.close()
        presence.close()
      })
    },
  },
}
