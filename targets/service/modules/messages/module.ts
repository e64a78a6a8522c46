import { z } from 'zod'
import type { Http, Kit, Module } from '../../kit.ts'
import { every, loop } from '../../resilience/loop.ts'
import { untilClosed } from '../../resilience/until-closed.ts'
import type { Door } from '../../sockets/door.ts'
import { startRounds } from '../../sockets/rounds.ts'
import { Connection } from './connection.ts'
import { createConsumer } from './consumer.ts'
import { clientFrame } from './frames.ts'
import { createHandlers } from './handlers.ts'
import { migrations } from './migrations.ts'
import { createNotices, createRelay } from './notices.ts'
import { inLanes, type MessageQueue, openMessageQueue } from './queue.ts'
import { createStoredMessages } from './repository.ts'
import { createRouter, lanes } from './router.ts'
import { addMessageRoutes } from './routes.ts'
import { createMessages } from './service.ts'

const maxFrameBytes = 128 * 1024
const hearEveryMs = 250
const countEveryMs = 2_000

export const messagesModule: Module = {
  name: 'messages',
  migrations,
  start: {
    api: ({ db, redis, identity, defences }, http) => {
      const queue = openMessageQueue(db, defences)
      addMessageRoutes(http, {
        identity,
        queue,
        messages: createMessages({ queue, route: createRouter(defences) }),
        stored: createStoredMessages(db),
        notices: createNotices(redis),
      })
    },
    realtime: serveSockets,
    worker: kit => {
      const { db, transact, lookout, redis, defences, log } = kit
      const queue = openMessageQueue(db, defences)
      const stored = createStoredMessages(db)
      const notices = createNotices(redis)
      const relay = createRelay({ transact, queue, notices, log })
      const handlers = createHandlers(stored, queue)
      const consume = createConsumer({ ...kit, queue, stored, handlers, notices })
      const [inOrder, lastFirst] = [inLanes(lanes), inLanes(lanes.toReversed())]
      untilClosed(kit.onClose, signal => {
        const whenDue = lookout.loopUntil(queue.waiting(inOrder), signal)
        return Promise.all([
          loop('messages', () => consume(inOrder), whenDue),
          // The other way round, so that no lane waits for good behind a busier one.
          loop('messages-last-first', () => consume(lastFirst), whenDue),
          loop('messages-outbox', relay.next, lookout.loopUntil(relay.waiting, signal)),
          loop('messages-counts', countIn(kit, queue), { idle: every(countEveryMs), signal, log }),
        ])
      })
    },
  },
}

/** Takes web sockets on `/messages`. */
function serveSockets(kit: Kit, _http: Http, door: Door): void {
  const { db, redis, defences } = kit
  const queue = openMessageQueue(db, defences)
  const messages = createMessages({ queue, route: createRouter(defences) })
  const notices = createNotices(redis)
  const hearers = startRounds('messages-notices', hearEveryMs, kit)
  const onClosed = (connection: Connection) => void hearers.delete(connection)
  door.serve({
    path: '/messages',
    query: z.object({}),
    maxFrameBytes,
    frame: clientFrame,
    open: peer => {
      const connection = new Connection(peer, { messages, notices, onClosed })
      hearers.add(connection)
      return connection
    },
  })
}

function countIn({ metrics }: Kit, queue: MessageQueue) {
  const depth = metrics.gauge('messages_queue_depth')
  const dead = metrics.gauge('messages_dead_letters')
  const oldest = metrics.gauge('messages_oldest_age_seconds')
  return async () => {
    const counts = await queue.counts()
    depth.set(counts.waiting)
    oldest.set(counts.oldestSeconds)
    dead.set(counts.dead)
    return false
  }
}
