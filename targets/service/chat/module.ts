import type { Module } from '../kit.ts'
import { Hub } from './hub.ts'
import { migrations } from './migrations.ts'
import { createMessages } from './repository.ts'
import { createChat } from './service.ts'
import { serveSockets } from './socket-server.ts'

export const chatModule: Module = {
  name: 'chat',
  migrations,
  start: {
    realtime: (kit, http) => {
      const { defences, log, redis } = kit
      const messages = createMessages(kit.db)
      const hub = new Hub({ messages, subscriber: kit.connectRedis('subscriber'), defences, log })
      const chat = createChat({ messages, redis, stores: kit.guard('postgres-chat'), log })
      const closeSockets = serveSockets(http, { chat, hub, messages, defences, log }, kit.metrics)
      http.addHook('preClose', done => {
        closeSockets()
        done()
      })
      kit.onClose(() => hub.close())
    },
  },
}
