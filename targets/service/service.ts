import { rename, writeFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import type { Config, Role } from './config.ts'
import { createDefences, type Defences } from './defences.ts'
import { createBalancers } from './http/balancers.ts'
import { addHealth } from './http/health.ts'
import { createLag } from './http/load-shedding.ts'
import { createHttp } from './http/server.ts'
import { createIdentity } from './identity/identity.ts'
import { migrations as identityMigrations } from './identity/migrations.ts'
import { createRoles } from './identity/roles.ts'
import { createSessionStore } from './identity/session-store.ts'
import { createTokens } from './identity/tokens.ts'
import type { Http, Kit } from './kit.ts'
import { createMetrics } from './metrics.ts'
import { modules } from './modules.ts'
import { openDatabase } from './postgres/database.ts'
import { createLookout } from './postgres/lookout.ts'
import { migrate } from './postgres/migrate.ts'
import { createPool } from './postgres/pool.ts'
import { createTransact } from './postgres/transaction.ts'
import { ConfirmedWriter } from './redis/confirmed-writer.ts'
import { connectRedis, settled } from './redis/connect.ts'
import { createGuard, type Guard } from './resilience/guard.ts'
import { untilClosed } from './resilience/until-closed.ts'
import { createDoor } from './sockets/door.ts'

/** Where a started process listens. */
export interface Ready {
  readonly instance: string
  readonly pid: number
  /** Base URL per role, `http://127.0.0.1:PORT`; web sockets are on `realtime`. */
  readonly urls: Readonly<Partial<Record<Role, string>>>
}

export interface Service {
  readonly ready: Ready
  /** Ends what is in flight, refuses what is new, then lets go of everything. */
  close(): Promise<void>
}

/** How long to wait for Redis before starting without it; readiness tells the difference. */
const redisPatienceMs = 3_000

export async function startService(config: Config, log: Logger): Promise<Service> {
  const defences = createDefences(config.defencesOff, config.defenceSettings)
  const closers: (() => Promise<void> | void)[] = []
  const kit = await createKit(config, defences, log, close => closers.unshift(close))
  let state: 'starting' | 'started' | 'closing' = 'starting'

  const balancers = createBalancers(defences)
  const lag = createLag()
  kit.onClose(() => lag[Symbol.dispose]())
  const servers = new Map<Role, Http>()
  for (const role of config.roles) {
    const { metrics, redis } = kit
    const { trustedProxies } = config
    const http = await createHttp({ role, defences, metrics, log, redis, lag, trustedProxies })
    addHealth(http, kit, () => state, balancers.asked)
    await startModules(role, kit, http)
    servers.set(role, http)
  }
  const urls: Partial<Record<Role, string>> = {}
  for (const [role, http] of servers) {
    urls[role] = await http.listen({ host: config.host, port: config.ports[role] })
  }
  if (defences.on('load-shedding')) lag.watch()
  state = 'started'
  const ready = { instance: config.instance, pid: process.pid, urls }
  if (config.readyFile) await writeAtomically(config.readyFile, JSON.stringify(ready))
  log.info({ event: 'ready', ...ready, defencesOff: config.defencesOff }, 'listening')

  return {
    ready,
    close: async () => {
      state = 'closing'
      await balancers.told()
      await Promise.all([...servers.values()].map(http => drain(http, defences)))
      const endsAt = performance.now() + closeMs
      for (const close of closers) {
        await withinMs(Math.max(leastCloseMs, endsAt - performance.now()), close, log)
      }
    },
  }
}

async function startModules(role: Role, kit: Kit, http: Http): Promise<void> {
  if (role === 'realtime') {
    const door = createDoor(http, kit)
    for (const { start } of modules) await start.realtime?.(kit, http, door)
  } else {
    for (const { start } of modules) await start[role]?.(kit, http)
  }
}

async function createKit(
  config: Config,
  defences: Defences,
  log: Logger,
  onClose: Kit['onClose'],
): Promise<Kit> {
  const metrics = createMetrics(config.instance)
  const pool = createPool(config, defences, metrics, log)
  const db = openDatabase(pool, defences)
  onClose(() => db.destroy())
  const transact = createTransact(db, defences, metrics)
  const { waitMs } = defences.settings('confirmed-writes')
  const connect = (name: string, commandTimeoutMs?: number) => {
    const timeout = commandTimeoutMs === undefined ? {} : { commandTimeoutMs }
    const redis = connectRedis(config.redis, defences, log, { name, ...timeout })
    onClose(() => redis.disconnect())
    return redis
  }
  const redis = connect('commands', commandTimeoutMs)
  const writers = Array.from({ length: writerConnections }, (_, index) =>
    connect(`writer-${index + 1}`, waitMs + commandTimeoutMs),
  )
  const guards = new Map<string, Guard>()
  const migrations = Object.assign({}, identityMigrations, ...modules.map(each => each.migrations))
  await Promise.all([
    migrate(db, migrations, defences, log),
    ...[redis, ...writers].map(connection => settled(connection, redisPatienceMs)),
  ])
  const lookout = createLookout(db, log)
  untilClosed(onClose, signal => lookout.keep(signal))
  return {
    config,
    defences,
    metrics,
    log,
    db,
    transact,
    lookout,
    redis,
    identity: createIdentity({
      tokens: createTokens(config.auth, defences),
      sessions: createSessionStore(redis, config.auth.sessionSeconds, defences),
      roles: createRoles(db, transact, defences),
      log,
    }),
    confirmedWrites: createWriter(config, defences, writers),
    connectRedis: name => {
      const redis = connect(name)
      void settled(redis, redisPatienceMs)
      return redis
    },
    guard: dependency => {
      const guard = guards.get(dependency) ?? createGuard(dependency, defences, metrics, log)
      guards.set(dependency, guard)
      return guard
    },
    onClose,
  }
}

/** All together; what does not let go in time is left to the end of the process. */
const closeMs = 5_000
const leastCloseMs = 100

async function withinMs(ms: number, close: () => Promise<void> | void, log: Logger) {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(() => {
    log.warn({ event: 'close-late', ms }, 'not closed in time, and left behind')
    resolve()
  }, ms)
  try {
    await Promise.race([close(), late])
  } finally {
    clearTimeout(timer)
  }
}

const sweepMs = 50

/** Lets requests in flight end, for a bounded time; a kept-alive connection is not waited for. */
async function drain(http: Http, defences: Defences): Promise<void> {
  const { server } = http
  const { drainMs } = defences.settings('graceful-shutdown')
  const sweep = setInterval(() => server.closeIdleConnections(), sweepMs)
  const cut = setTimeout(
    () => server.closeAllConnections(),
    defences.on('graceful-shutdown') ? drainMs : 0,
  )
  await http.close()
  clearInterval(sweep)
  clearTimeout(cut)
}

const commandTimeoutMs = 500
const writerConnections = 4
const maxPendingWrites = 1_000

function createWriter(
  config: Config,
  defences: Defences,
  connections: ConstructorParameters<typeof ConfirmedWriter>[0]['connections'],
): ConfirmedWriter {
  const confirms = defences.on('confirmed-writes')
  const { waitMs } = defences.settings('confirmed-writes')
  return new ConfirmedWriter({
    connections,
    confirmReplicas: confirms ? config.redis.confirmReplicas : 0,
    waitMs: defences.on('request-deadline') ? waitMs : 0,
    maxPending: maxPendingWrites,
  })
}

/** The file appears whole or not at all, so a watcher never reads half of it. */
async function writeAtomically(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}`
  await writeFile(draft, text)
  await rename(draft, path)
}
