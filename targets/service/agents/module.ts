import { z } from 'zod'
import type { Http, Kit, Module } from '../kit.ts'
import { loop } from '../resilience/loop.ts'
import { untilClosed } from '../resilience/until-closed.ts'
import type { Door } from '../sockets/door.ts'
import { startRounds } from '../sockets/rounds.ts'
import { Connection } from './connection.ts'
import { clientFrame } from './frames.ts'
import { migrations } from './migrations.ts'
import { createRuns } from './repository.ts'
import { createUserContexts } from './user-context.ts'
import { createWorker } from './worker.ts'

const maxFrameBytes = 16 * 1024
const hearEveryMs = 100
const idleMs = 250
/** The second helps out when there is much to do; until then it hardly looks. */
const helperIdleMs = 1_000
const giveUpIdleMs = 1_000

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
      const { carryOn, giveUp } = createWorker({
        db,
        runs: createRuns(db),
        contexts,
        defences,
        log,
      })
      untilClosed(kit.onClose, signal =>
        Promise.all([
          loop('agents', carryOn, { idleMs, signal, log }),
          loop('agents-helper', carryOn, { idleMs: helperIdleMs, signal, log }),
          defences.on('agent-takeover') &&
            loop('agents-given-up', giveUp, { idleMs: giveUpIdleMs, signal, log }),
        ]),
      )
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
