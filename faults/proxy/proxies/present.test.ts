import { get } from 'node:http'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import {
  addToxic,
  type Client,
  client,
  echo,
  proxyTo,
  type TestProxy,
  testProxy,
  type Upstream,
  until,
  upstream,
} from '../testing/proxied.ts'

/** A client that has got an answer already. */
async function heard(listen: string): Promise<Client> {
  const socket = await client(listen)
  socket.write('x')
  await socket.bytes(1)
  return socket
}

const present = { which: 'present' }
const both = ['upstream', 'downstream'] as const

async function blackHole(proxy: TestProxy): Promise<void> {
  for (const stream of both)
    await addToxic(proxy, { type: 'black_hole', stream, connections: present })
}

async function heal(proxy: TestProxy): Promise<void> {
  const { toxics } = (await proxy.call('GET', '/proxies/p')).proxy
  for (const { name } of toxics) await proxy.call('DELETE', `/proxies/p/toxics/${name}`)
  expect((await proxy.call('GET', '/proxies/p')).proxy.toxics).toEqual([])
}

interface Seen extends Disposable {
  /** `abandoned client`, `abandoned upstream ECONNRESET`, `close`. */
  readonly ends: readonly string[]
}

async function watchEnds(proxy: TestProxy): Promise<Seen> {
  const ends: string[] = []
  const request = get(`${proxy.url}/events?links=p`, response => {
    response.on('error', () => {})
    const lines = createInterface({ input: response }).on('error', () => {})
    lines.on('line', text => {
      const { what, detail, error } = JSON.parse(text)
      if (what === 'abandoned') ends.push([what, detail, error].filter(Boolean).join(' '))
      if (what === 'close') ends.push(what)
    })
  })
  request.on('error', () => {})
  await new Promise(resolve => request.once('response', resolve))
  return { ends, [Symbol.dispose]: () => request.destroy() }
}

/** What each end of a connection knows of its end. */
function ends(struck: Client, server: Upstream) {
  return { client: struck.socket.destroyed, server: server.sockets[0]?.destroyed }
}

/** So long nothing may be heard. */
const silenceMs = 250
const silence = () => new Promise(resolve => setTimeout(resolve, silenceMs))

test('a black hole for the present connections spares new ones, and stays silent when it heals', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using struck = await heard(listen)
  await blackHole(proxy)
  struck.write('lost')
  using fresh = await heard(listen)
  await heal(proxy)
  struck.write('lost too')
  await silence()
  expect(struck.received().toString()).toBe('x')
  expect(ends(struck, server)).toEqual({ client: false, server: false })
  fresh.write('y')
  expect((await fresh.bytes(2)).toString()).toBe('xy')
})

test('control: without `which` the same black hole hurts new connections, and all flows when it heals', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using struck = await heard(listen)
  for (const stream of both) await addToxic(proxy, { type: 'black_hole', stream })
  struck.write('late')
  using fresh = await client(listen)
  fresh.write('z')
  await silence()
  expect(fresh.received().length + struck.received().length).toBe(1)
  await heal(proxy)
  expect((await struck.bytes(5)).toString()).toBe('xlate')
  expect((await fresh.bytes(1)).toString()).toBe('z')
})

test.each([
  ['client', 'downstream'],
  ['server', 'upstream'],
] as const)(
  'half_open leaves the %s of each present connection alone, and counts them',
  async (left, stream) => {
    await using proxy = await testProxy()
    await using server = await echo()
    const listen = await proxyTo(proxy, server)
    using first = await heard(listen)
    using second = await heard(listen)
    await addToxic(proxy, { type: 'half_open', stream, connections: present })
    const alone = { client: left === 'server', server: left === 'client' }
    await expect.poll(() => ends(first, server)).toEqual(alone)
    using fresh = await heard(listen)
    const { landed } = (await proxy.call('GET', `/proxies/p/toxics/half_open_${stream}`)).toxic
    expect(landed.connections).toBe(2)
    await heal(proxy)
    await silence()
    expect(ends(first, server)).toEqual(alone)
    expect(second.received().toString()).toBe('x')
    fresh.write('y')
    expect((await fresh.bytes(2)).toString()).toBe('xy')
  },
)

test('who lets a struck connection go is told at once, and the other side is not', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using seen = await watchEnds(proxy)
  using byFin = await heard(listen)
  using byReset = await heard(listen)
  await blackHole(proxy)
  byFin.socket.end()
  await until(() => seen.ends.length === 1)
  byReset.socket.resetAndDestroy()
  await until(() => seen.ends.length === 2)
  expect(seen.ends).toEqual(['abandoned client', 'abandoned client ECONNRESET'])
  expect(server.sockets.map(socket => socket.readableEnded || socket.destroyed)).toEqual([
    false,
    false,
  ])
  server.sockets[1]?.resetAndDestroy()
  await until(() => seen.ends.length === 4)
  expect(seen.ends.slice(2)).toEqual(['abandoned upstream ECONNRESET', 'close'])
})

test('who lets a half-open connection go is told too', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using seen = await watchEnds(proxy)
  using alone = await heard(listen)
  await addToxic(proxy, { type: 'half_open', connections: present })
  await until(() => server.sockets[0]?.destroyed === true)
  await heal(proxy)
  expect(seen.ends).toEqual([])
  alone.socket.end()
  await until(() => seen.ends.length === 1)
  expect(seen.ends).toEqual(['abandoned client'])
})

test('control: who lets go of a connection that is not struck is not told of', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using seen = await watchEnds(proxy)
  using plain = await heard(listen)
  await addToxic(proxy, { type: 'latency', attributes: { latency: 1 }, connections: present })
  plain.socket.end()
  await until(() => seen.ends.length === 1)
  expect(seen.ends).toEqual(['close'])
})

test('a reset that a black hole has swallowed reaches the other side when it heals', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const listen = await proxyTo(proxy, server)
  using seen = await watchEnds(proxy)
  using struck = await heard(listen)
  await addToxic(proxy, { type: 'black_hole', stream: 'upstream' })
  struck.socket.resetAndDestroy()
  await until(() => seen.ends.length === 1)
  expect(server.sockets[0]?.destroyed).toBe(false)
  await heal(proxy)
  await until(() => server.sockets[0]?.destroyed === true)
})

test.each(['latency', 'rst', 'fin'])(
  '%s for the present connections spares new ones',
  async type => {
    await using proxy = await testProxy()
    await using server = await echo()
    const listen = await proxyTo(proxy, server)
    using struck = await heard(listen)
    const attributes = type === 'latency' ? { latency: 60_000 } : {}
    await addToxic(proxy, { type, attributes, connections: present })
    using fresh = await heard(listen)
    if (type === 'latency') {
      struck.write('y')
      await silence()
      expect(struck.received().toString()).toBe('x')
      await heal(proxy)
      expect((await struck.bytes(2)).toString()).toBe('xy')
    } else expect(await struck.ended).toBe(type === 'rst' ? 'ECONNRESET' : 'fin')
    fresh.write('y')
    expect((await fresh.bytes(2)).toString()).toBe('xy')
  },
)

const answer = '+PONG\r\n'
const ping = '*1\r\n$4\r\nPING\r\n'

/** A server that gives this answer to whatever it is asked. */
const answering = () => upstream(socket => void socket.on('data', () => socket.write(answer)))

test('an answer dropped on a present connection stays missing when that heals, and nothing is reset', async () => {
  await using proxy = await testProxy()
  await using server = await answering()
  const listen = await proxyTo(proxy, server, { protocol: 'redis' })
  using struck = await client(listen)
  struck.write(ping)
  await struck.bytes(answer.length)
  await addToxic(proxy, { type: 'message_drop', connections: present })
  struck.write(ping)
  using fresh = await client(listen)
  fresh.write(ping)
  await fresh.bytes(answer.length)
  await until(async () => {
    const { toxic } = await proxy.call('GET', '/proxies/p/toxics/message_drop_downstream')
    return toxic.landed.messages === 1
  })
  await heal(proxy)
  struck.write(ping)
  await silence()
  expect(struck.received().toString()).toBe(answer)
  expect(struck.socket.destroyed).toBe(false)
})

test('a transaction that a present connection has lost a command of stays spoilt, and no more is struck', async () => {
  await using proxy = await testProxy()
  await using server = await answering()
  const listen = await proxyTo(proxy, server, { protocol: 'redis' })
  using struck = await client(listen)
  const say = async (command: string) => {
    const before = struck.received().length
    struck.write(`*1\r\n$${command.length}\r\n${command}\r\n`)
    await until(() => struck.received().length > before)
    return struck.received().subarray(before).toString()
  }
  expect(await say('MULTI')).toBe(answer)
  const attributes = { error: 'OOM' }
  await addToxic(proxy, {
    type: 'redis_error',
    stream: 'upstream',
    attributes,
    connections: present,
  })
  expect(await say('DBSIZE')).toMatch(/^-OOM/)
  await heal(proxy)
  expect(await say('DBSIZE')).toBe(answer)
  expect(await say('EXEC')).toMatch(/^-EXECABORT/)
  expect(await say('PING')).toBe(answer)
})

test('`present` is refused where it can mean nothing, and tells whom it is for', async () => {
  await using proxy = await testProxy()
  await using server = await echo()
  const toxic = { type: 'rst', connections: present }
  const asked = { name: 'p', upstream: server.address, toxics: [toxic] }
  const made = await proxy.call('POST', '/proxies', asked)
  expect(made.status).toBe(400)
  expect(made.error).toContain('connections.which')
  const listen = await proxyTo(proxy, server)
  const refused = await proxy.call('POST', '/proxies/p/toxics', { ...toxic, type: 'refuse' })
  expect(refused.error).toContain('connections: refuse acts on the whole listener')
  const odd = await proxy.call('POST', '/proxies/p/toxics', {
    type: 'rst',
    connections: { which: 'x' },
  })
  expect(odd.error).toContain('connections.which')
  using _open = await heard(listen)
  const added = await proxy.call('POST', '/proxies/p/toxics', {
    type: 'black_hole',
    connections: { ...present, client: '127.0.0.1' },
  })
  const { connections } = await proxy.call('GET', '/connections')
  expect(JSON.parse(added.text).connections.ids).toEqual(connections.map(({ id }) => id))
  const again = await proxy.call('PATCH', '/proxies/p/toxics/black_hole_downstream', {
    ...JSON.parse(added.text),
  })
  expect(again.status).toBe(200)
})
