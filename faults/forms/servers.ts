import { z } from 'zod'
import { type FaultForm, faultForm } from '../../lab/model/fault-form.ts'
import { diskFull } from '../disk/disk-full.ts'
import { misbehave } from '../peer/misbehave.ts'
import { cancelQueries } from '../postgres-server/cancel-queries.ts'
import { heldLock } from '../postgres-server/held-lock.ts'
import { readOnlyMode } from '../postgres-server/read-only-mode.ts'
import { slotsUsedUp } from '../postgres-server/slots-used-up.ts'
import { slowWrites } from '../postgres-server/slow-writes.ts'
import { terminateBackends } from '../postgres-server/terminate-backends.ts'
import { busyScript } from '../redis-server/busy-script.ts'
import { clientKill } from '../redis-server/client-kill.ts'
import { clientPause } from '../redis-server/client-pause.ts'
import { deleteKeys } from '../redis-server/delete-keys.ts'
import { demoted } from '../redis-server/demoted.ts'
import { flushAll } from '../redis-server/flush-all.ts'
import { memoryFull } from '../redis-server/memory-full.ts'
import { restartWithoutData } from '../redis-server/restart-without-data.ts'
import { choice, duration, whole } from './fields.ts'
import { aPeer, aPostgres, aRedis, aSmallDisk } from './needs.ts'

const none = z.object({})
const table = z.string().regex(/^\w+$/).default('orders').meta({ title: 'Table' })
const redis = { family: 'redis server', of: aRedis }
const postgres = { family: 'postgres server', of: aPostgres }

const redisServerForms: readonly FaultForm[] = [
  faultForm({
    ...redis,
    name: 'clientPause',
    says: 'The server holds every command back.',
    settings: none,
    make: select => clientPause(select),
  }),
  faultForm({
    ...redis,
    name: 'busyScript',
    says: 'A script runs for ever: BUSY.',
    settings: z.object({ busyAfter: duration('Busy after', '500ms') }),
    make: (select, { busyAfter }) => busyScript(select, busyAfter),
  }),
  faultForm({
    ...redis,
    name: 'memoryFull',
    says: 'Writes are refused: the memory is used up.',
    settings: none,
    make: select => memoryFull(select),
  }),
  faultForm({
    ...redis,
    name: 'demoted',
    says: 'It becomes a replica of nobody: reads go on, writes are refused.',
    settings: none,
    make: select => demoted(select),
  }),
  faultForm({
    ...redis,
    name: 'clientKill',
    says: 'The server ends the connections of its clients.',
    settings: z.object({ type: choice('Of which clients', ['normal', 'pubsub', 'replica']) }),
    make: (select, { type }) => clientKill(select, type),
  }),
  faultForm({
    ...redis,
    name: 'deleteKeys',
    says: 'Keys are deleted. This cannot be undone.',
    settings: z.object({
      pattern: z.string().min(1).max(200).default('session:*').meta({ title: 'Keys' }),
    }),
    make: (select, { pattern }) => deleteKeys(select, pattern),
  }),
  faultForm({
    ...redis,
    name: 'flushAll',
    says: 'Everything is deleted. This cannot be undone.',
    settings: none,
    make: select => flushAll(select),
  }),
  faultForm({
    ...redis,
    name: 'restartWithoutData',
    says: 'It starts again with nothing. This cannot be undone.',
    settings: none,
    make: select => restartWithoutData(select),
  }),
]

const postgresServerForms: readonly FaultForm[] = [
  faultForm({
    ...postgres,
    name: 'heldLock',
    says: 'Somebody holds a lock on a table and does not let go.',
    settings: z.object({
      table,
      mode: choice('Mode', ['access exclusive', 'exclusive', 'share row exclusive']),
    }),
    make: (select, { table, mode }) => heldLock(select, table, mode),
  }),
  faultForm({
    ...postgres,
    name: 'slowWrites',
    says: 'Statements that change a table take longer.',
    settings: z.object({ table, delay: duration('Delay', '200ms') }),
    make: (select, { table, delay }) => slowWrites(select, table, delay),
  }),
  faultForm({
    ...postgres,
    name: 'readOnlyMode',
    says: 'The server accepts no writes.',
    settings: none,
    make: select => readOnlyMode(select),
  }),
  faultForm({
    ...postgres,
    name: 'slotsUsedUp',
    says: 'All connections of the server are taken.',
    settings: none,
    make: select => slotsUsedUp(select),
  }),
  faultForm({
    ...postgres,
    name: 'terminateBackends',
    says: 'All sessions are ended.',
    settings: none,
    make: select => terminateBackends(select),
  }),
  faultForm({
    ...postgres,
    name: 'cancelQueries',
    says: 'All statements that run are cancelled.',
    settings: none,
    make: select => cancelQueries(select),
  }),
  faultForm({
    family: 'postgres server',
    of: aSmallDisk,
    name: 'diskFull',
    says: 'Its disk is full.',
    settings: none,
    make: select => diskFull(select),
  }),
]

const peerForms: readonly FaultForm[] = [
  faultForm({
    family: 'peers',
    of: aPeer,
    name: 'slowPeer',
    says: 'It answers late.',
    settings: z.object({ delayMs: whole('Delay in ms', 600, 1, 600_000) }),
    make: (select, { delayMs }) => misbehave(select, { kind: 'slow', delayMs }),
  }),
  faultForm({
    family: 'peers',
    of: aPeer,
    name: 'failingPeer',
    says: 'It answers with a status.',
    settings: z.object({
      status: whole('Status', 503, 400, 599),
      after: z.boolean().default(false).meta({ title: 'Having done what was asked' }),
    }),
    make: (select, { status, after }) => misbehave(select, { kind: 'status', status, after }),
  }),
  faultForm({
    family: 'peers',
    of: aPeer,
    name: 'hangingPeer',
    says: 'It never answers.',
    settings: z.object({
      after: z.boolean().default(false).meta({ title: 'Having done what was asked' }),
    }),
    make: (select, { after }) => misbehave(select, { kind: 'hang', after }),
  }),
]

export const serverForms = [...redisServerForms, ...postgresServerForms, ...peerForms]
