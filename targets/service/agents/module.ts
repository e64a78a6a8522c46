import { WebSocketServer } from 'ws'
import { onUpgrade } from '../http/upgrades.ts'
import type { Http, Kit, Module } from '../kit.ts'
import { loop } from '../resilience/loop.ts'
import { Connection } from './connection.ts'
import { migrations } from './migrations.ts'
import { createRuns } from './repository.ts'
import { createUserContexts } from './user-context.ts'
import { createWorker } from './worker.ts'

const maxFrameBytes = 16 * 1024
const hearEveryMs = 100
const idleMs = 250
/** The second helps out when there is much to do; until then it hardly looks. */
const helperIdleMs = 1_000

export const agentsModule: Module = {
  name: 'agents',
  migrations,
  start: {
    realtime: serveSockets,
    worker: kit => {
      const { db, defences, log, metrics } = kit
      const contexts = createUserContexts()
      const help = 'Contexts of agents that are not cleaned up yet.'
      metrics.gaugeOf({ name: 'agents_user_contexts', help }, () => contexts.count)
      const work = createWorker({ db, runs: createRuns(db), contexts, defences, log })
      const stopped = new AbortController()
      const options = { idleMs, signal: stopped.signal, log }
      const loops = [
        loop('agents', work, options),
        loop('agents-helper', work, { ...options, idleMs: helperIdleMs }),
      ]
      kit.onClose(async () => {
        stopped.abort()
        await Promise.all(loops)
      })
    },
  },
}

/** Takes web sockets on `/agents`. */
function serveSockets(kit: Kit, http: Http): void {
  const { db, identity, defences, log } = kit
  const parts = { runs: createRuns(db), identity, defences, log }
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes })
  const connections = new Set<Connection>()
  onUpgrade(http, '/agents', ({ request, socket, head }) => {
    sockets.handleUpgrade(request, socket, head, webSocket => {
      const connection = new Connection(webSocket, parts)
      connections.add(connection)
      webSocket.on('close', () => connections.delete(connection))
    })
  })
  const stopped = new AbortController()
  const hear = async () => {
    await Promise.all(Array.from(connections, connection => connection.hear()))
    return false
  }
  const hearing = loop('agents-events', hear, { idleMs: hearEveryMs, signal: stopped.signal, log })
  http.addHook('preClose', done => {
    for (const socket of sockets.clients) socket.close(1012, 'the service restarts')
    sockets.close()
    done()
  })
  kit.onClose(async () => {
    stopped.abort()
    await hearing
  })
}
