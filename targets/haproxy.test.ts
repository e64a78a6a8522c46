import { once } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { expect, test as plainTest, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { listen, portOf } from '../lab/testing/loopback.ts'
import { type Haproxy, startHaproxy } from './haproxy.ts'
import { HaproxyAdmin } from './runtime/haproxy-admin.ts'
import { haproxyServer } from './runtime/haproxy-server.ts'
import { missing } from './testing/missing.ts'
import { runParts } from './testing/run-parts.ts'

const newRun = runParts()

const test = plainTest.skipIf(await missing(haproxyServer))

/** A member of a pool: says its name, is as healthy as it is told, and echoes web sockets. */
class Instance implements AsyncDisposable {
  readonly name: string
  readonly host = '127.0.0.1'
  healthy = true
  leaving = false
  readonly #server: Server

  private constructor(name: string) {
    this.name = name
    this.#server = createServer((request, response) => {
      if (request.url === '/never') return
      if (request.url === '/health') response.statusCode = this.#health()
      response.end(this.name)
    })
    const sockets = new WebSocketServer({ server: this.#server })
    sockets.on('connection', socket => socket.on('message', data => socket.send(`${name} ${data}`)))
  }

  #health(): number {
    if (!this.healthy) return 503
    return this.leaving ? 404 : 200
  }

  static async start(name: string): Promise<Instance> {
    const instance = new Instance(name)
    await listen(instance.#server)
    return instance
  }

  get port(): number {
    return portOf(this.#server)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

async function asked(balancer: Haproxy, times: number): Promise<ReadonlySet<string>> {
  const answers = new Set<string>()
  for (let i = 0; i < times; i++) {
    const answer = await fetch(balancer.url, { signal: AbortSignal.timeout(2_000) })
    answers.add(`${answer.status} ${answer.ok ? await answer.text() : ''}`)
  }
  return answers
}

function status(balancer: Haproxy, member: string, wanted: string): Promise<void> {
  return vi.waitFor(
    async () => {
      const states = await balancer.admin.members()
      expect(states.find(state => state.member === member)?.status).toBe(wanted)
    },
    { timeout: 5_000, interval: 50 },
  )
}

test('shares requests out, leaves an unhealthy instance out, and takes it back', async () => {
  await using run = await newRun()
  await using one = await Instance.start('one')
  await using two = await Instance.start('two')
  const pools = [{ name: 'api', members: [one, two], healthPath: '/health' }]
  await using balancer = await startHaproxy(run, { pools })
  expect(await asked(balancer, 8)).toEqual(new Set(['200 one', '200 two']))
  two.healthy = false
  await status(balancer, 'two', 'DOWN')
  expect(await asked(balancer, 8)).toEqual(new Set(['200 one']))
  two.healthy = true
  await status(balancer, 'two', 'UP')
  expect(await asked(balancer, 8)).toEqual(new Set(['200 one', '200 two']))

  one.healthy = two.healthy = false
  await status(balancer, 'one', 'DOWN')
  await status(balancer, 'two', 'DOWN')
  expect(await asked(balancer, 1)).toEqual(new Set(['503 ']))
})

test('drains one instance, and brings web sockets to the pool of their path', async () => {
  await using run = await newRun()
  await using api = await Instance.start('api')
  await using one = await Instance.start('one')
  await using two = await Instance.start('two')
  await using balancer = await startHaproxy(run, {
    pools: [
      { name: 'realtime', members: [one, two], healthPath: '/health', paths: ['/ws'] },
      { name: 'api', members: [api], healthPath: '/health' },
    ],
  })
  expect(await asked(balancer, 4)).toEqual(new Set(['200 api']))
  await balancer.admin.set('realtime', 'one', 'drain')
  for (let i = 0; i < 4; i++) expect(await echo(balancer)).toBe('two hello')
  await balancer.admin.set('realtime', 'one', 'ready')
  await balancer.admin.set('realtime', 'two', 'maint')
  expect(await echo(balancer)).toBe('one hello')
  await expect(balancer.admin.set('realtime', 'three', 'drain')).rejects.toThrow('No such server')
  expect(await (await fetch(balancer.metricsUrl)).text()).toContain('haproxy_server_status{')
})

test('an instance that says it is leaving gets nothing new, and ends what it has', async () => {
  await using run = await newRun()
  await using one = await Instance.start('one')
  await using two = await Instance.start('two')
  const pools = [{ name: 'all', members: [one, two], healthPath: '/health' }]
  await using balancer = await startHaproxy(run, { pools })
  const sockets = await Promise.all(Array.from({ length: 4 }, () => openTo(balancer)))
  const closed: unknown[] = []
  for (const socket of sockets) socket.on('close', () => closed.push(socket))
  two.leaving = true
  await status(balancer, 'two', 'NOLB')
  expect(await asked(balancer, 8)).toEqual(new Set(['200 one']))
  // Several rounds of health checks later it still has what it had.
  await new Promise(resolve => setTimeout(resolve, 1_500))
  const answers = await Promise.all(sockets.map(answerOf))
  expect(new Set(answers)).toEqual(new Set(['one hello', 'two hello']))
  expect(closed).toEqual([])
  // Control: one that is ill is cut off.
  two.healthy = false
  await status(balancer, 'two', 'DOWN')
  await vi.waitFor(() => expect(closed.length).toBeGreaterThan(0))
  two.healthy = true
  two.leaving = false
  await status(balancer, 'two', 'UP')
})

test('answers for an instance that does not, at the deadline that the caller named', async () => {
  await using run = await newRun()
  await using one = await Instance.start('one')
  const pools = [{ name: 'api', members: [one], healthPath: '/health' }]
  await using balancer = await startHaproxy(run, { pools })
  const ask = (deadlineMs: string) =>
    fetch(`${balancer.url}/never`, {
      headers: { 'x-deadline-ms': deadlineMs },
      signal: AbortSignal.timeout(5_000),
    })
  const askedAt = performance.now()
  const late = await ask('300')
  expect(performance.now() - askedAt).toBeGreaterThanOrEqual(300)
  expect([late.status, late.headers.get('retry-after')]).toEqual([504, '1'])
  expect(late.headers.get('content-type')).toBe('application/problem+json')
  expect(await late.json()).toMatchObject({ code: 'instance-too-slow', outcome: 'unknown' })
  // Control: whoever names no number waits for as long as they like.
  await expect(ask('soon')).rejects.toThrow('timeout')
  one.healthy = false
  await status(balancer, 'one', 'DOWN')
  expect(await (await fetch(balancer.url)).json()).toMatchObject({ code: 'no-instance' })
})

test('takes commands by a file that is its own alone, and by no port', async () => {
  await using run = await newRun()
  await using one = await Instance.start('one')
  const pools = [{ name: 'api', members: [one], healthPath: '/health' }]
  await using balancer = await startHaproxy(run, { pools })
  const folder = join(run.scratchFolder, 'haproxy')
  const [around, socket] = await Promise.all([stat(folder), stat(join(folder, 'admin'))])
  expect([around.mode & 0o777, socket.mode & 0o777]).toEqual([0o700, 0o600])
  expect(socket.isSocket()).toBe(true)
  expect((await balancer.admin.members()).map(({ member }) => member)).toEqual(['one'])
  const config = await readFile(join(folder, 'haproxy.cfg'), 'utf8')
  expect(config.match(/stats socket.*/g)).toEqual(['stats socket unix@admin mode 600 level admin'])
})

test('refuses a folder whose name is too long for a socket, and says so', () => {
  expect(() => new HaproxyAdmin(`/${'x'.repeat(102)}`)).not.toThrow()
  expect(() => new HaproxyAdmin(`/${'x'.repeat(103)}`)).toThrow('at most 103 bytes')
})

test('comes back on its address after a SIGKILL', async () => {
  await using run = await newRun()
  await using one = await Instance.start('one')
  const pools = [{ name: 'api', members: [one], healthPath: '/health' }]
  await using balancer = await startHaproxy(run, { pools })
  await balancer.kill()
  await expect(asked(balancer, 1)).rejects.toThrow('fetch failed')
  await balancer.restart()
  expect(await asked(balancer, 1)).toEqual(new Set(['200 one']))
})

async function openTo(balancer: Haproxy): Promise<WebSocket> {
  const socket = new WebSocket(`${balancer.url.replace('http', 'ws')}/ws`)
  await once(socket, 'open')
  return socket
}

async function answerOf(socket: WebSocket): Promise<string> {
  socket.send('hello')
  const [answer] = await once(socket, 'message')
  return `${answer}`
}

async function echo(balancer: Haproxy): Promise<string> {
  const socket = await openTo(balancer)
  const answer = await answerOf(socket)
  socket.terminate()
  return answer
}
