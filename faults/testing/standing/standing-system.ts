import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { shellWord } from '../../../lab/base/shell-word.ts'
import { startPostgres } from '../../../targets/postgres.ts'
import { startProxies } from '../../../targets/proxy.ts'
import { findServer } from '../../../targets/runtime/find-server.ts'
import { withPostgres } from '../../../targets/runtime/postgres-server.ts'
import { redisServer } from '../../../targets/runtime/redis-server.ts'
import { reservePort } from '../../../targets/runtime/reserve-port.ts'
import { contextOf } from '../../../targets/testing/context-of.ts'
import { testRun } from '../../../targets/testing/test-run.ts'

/** What a test writes into a `lab.config.ts`. */
export interface StandingSystem extends AsyncDisposable {
  readonly proxyUrl: string
  readonly urls: { readonly postgres: string; readonly redis: string; readonly api: string }
  readonly redisPidFile: string
  /** Brings Redis back in the background. */
  readonly startRedis: string
  readonly apiLog: string
  /** Where clients reach the service: through its link. */
  readonly clients: string
  redisPid(): Promise<number>
}

/**
 * A service with PostgreSQL and Redis behind our proxy, which runs apart from the lab that is tried:
 * Redis is nobody's child, and everything else belongs to another guardian.
 */
export async function standingSystem({
  keyed,
}: {
  readonly keyed: boolean
}): Promise<StandingSystem> {
  const run = await testRun()
  const context = contextOf(run)
  const proxies = await startProxies(context)
  const postgres = await startPostgres(context)
  await withPostgres(postgres.url, client =>
    client.query(`create table notes (id text ${keyed ? 'primary key' : ''}, text text)`),
  )
  const redis = await daemonRedis(run.scratchFolder)
  const own = await reservePort()
  const link = async (name: string, protocol: 'postgres' | 'redis' | 'http', at: number) => {
    const [consumer = '', provider = ''] = name.split('>')
    const upstream = { host: '127.0.0.1', port: at }
    return (await proxies.link({ consumer, provider, protocol, upstream })).listenPort
  }
  const viaPostgres = await link('api>postgres', 'postgres', postgres.port)
  const viaRedis = await link('api>redis', 'redis', redis.port)
  const clients = await link('client>api', 'http', own.port)
  await own.release()
  const apiLog = join(run.runFolder, 'api.log')
  await run.guardian.spawn({
    name: 'api',
    command: process.execPath,
    args: [join(import.meta.dirname, 'notes-service.ts')],
    env: {
      DATABASE_URL: postgres.urlVia({ host: '127.0.0.1', port: viaPostgres }),
      REDIS_URL: `redis://127.0.0.1:${viaRedis}`,
      PORT: `${own.port}`,
      KEYED: keyed ? 'yes' : 'no',
    },
    logFile: apiLog,
  })
  await accepts(own.port)
  return {
    proxyUrl: await proxies.url,
    urls: {
      postgres: postgres.url,
      redis: `redis://127.0.0.1:${redis.port}`,
      api: `http://127.0.0.1:${own.port}`,
    },
    redisPidFile: redis.pidFile,
    startRedis: redis.start,
    apiLog,
    clients: `http://127.0.0.1:${clients}`,
    redisPid: redis.pid,
    [Symbol.asyncDispose]: async () => {
      process.kill(await redis.pid(), 'SIGKILL')
      await run[Symbol.asyncDispose]()
    },
  }
}

async function daemonRedis(folder: string) {
  const { command, env } = await findServer(redisServer)
  const { port, release } = await reservePort()
  const file = join(folder, 'redis.conf')
  const pidFile = join(folder, 'redis.pid')
  await writeFile(
    file,
    `port ${port}\nbind 127.0.0.1\ndaemonize yes\npidfile ${pidFile}\ndir ${folder}\nsave ""\n`,
  )
  await release()
  const variables = Object.entries(env).map(([name, value]) => `${name}=${shellWord(value)}`)
  const start = [...variables, shellWord(command), shellWord(file)].join(' ')
  await promisify(execFile)('sh', ['-c', start])
  await accepts(port)
  return { port, pidFile, start, pid: async () => Number(await readFile(pidFile, 'utf8')) }
}

async function accepts(port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    const socket = connect({ host: '127.0.0.1', port })
    try {
      await once(socket, 'connect')
      return
    } catch (error) {
      if (tries > 200) throw error
      await sleep(50)
    } finally {
      socket.destroy()
    }
  }
}
