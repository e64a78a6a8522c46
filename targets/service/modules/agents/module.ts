import { z } from 'zod'
import type { Http, Kit, Module } from '../../kit.ts'
import { loop } from '../../resilience/loop.ts'
import { untilClosed } from '../../resilience/until-closed.ts'
import type { Door } from '../../sockets/door.ts'
import { startRounds } from '../../sockets/rounds.ts'
import { Connection } from './connection.ts'
import { clientFrame } from './frames.ts'
import { migrations } from './migrations.ts'
import { createRuns, openRunQueue } from './repository.ts'
import { createUserContexts } from './user-context.ts'
import { createAgent } from './worker.ts'

const maxFrameBytes = 16 * 1024
const hearEveryMs = 100

export const agentsModule: Module = {
  name: 'agents',
  migrations,
  start: {
    realtime: serveSockets,
    worker: kit => {
      const { db, transact, lookout, defences, log, metrics } = kit
      const contexts = createUserContexts()
      metrics.gaugeOf('agents_user_contexts', () => contexts.count)
      const queue = openRunQueue(db, defences)
      const agent = createAgent({ transact, queue, runs: createRuns(db), contexts, defences, log })
      untilClosed(kit.onClose, signal => {
        const whenUntaken = lookout.loopUntil(queue.waiting(), signal)
        return Promise.all([
          loop('agents', agent, whenUntaken),
          loop('agents-helper', agent, whenUntaken),
        ])
      })
    },
  },
}

/** Takes web sockets on `/agents`. */
function serveSockets(kit: Kit, _http: Http, door: Door): void {
  const runs = createRuns(kit.db)
  const hearers = startRounds('agents-events', hearEveryMs, kit)
  const onClosed = (connection: Connection) => void hearers.delete(connection)
  door.serve({
    path: '/agents',
    query: z.object({}),
    maxFrameBytes,
    frame: clientFrame,
    open: peer => {
      const connection = new Connection(peer, runs, onClosed)
      hearers.add(connection)
      return connection
    },
  })
}
