import { get } from 'node:http'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import {
  type Client,
  client,
  type TestProxy,
  testProxy,
  until,
  upstream,
} from '../testing/proxied.ts'

const answer = '$2\r\nok\r\n'
const question = '*2\r\n$3\r\nGET\r\n$6\r\ncart:1\r\n'

/** What is told of the links `a` and `b`, as `a request cart:1`, with counters as `b request:GET`. */
async function hear(proxy: TestProxy, query: string) {
  const lines: string[] = []
  const request = get(`${proxy.url}/events?${query}`, response => {
    response.on('error', () => {})
    const told = createInterface({ input: response }).on('error', () => {})
    told.on('line', text => {
      const { link, what, key = '', counts = {} } = JSON.parse(text)
      for (const name of Object.keys(counts)) lines.push(`${link} ${name}`)
      if (what) lines.push(`${link} ${what} ${key}`.trim())
    })
  })
  request.on('error', () => {})
  await new Promise(resolve => request.once('response', resolve))
  return { lines, [Symbol.dispose]: () => void request.destroy() }
}

async function asking(proxy: TestProxy) {
  await using stack = new AsyncDisposableStack()
  const server = stack.use(
    await upstream(socket => void socket.on('data', () => socket.write(answer))),
  )
  const clients: Client[] = []
  for (const name of ['a', 'b']) {
    const body = { name, upstream: server.address, protocol: 'redis', messages: true }
    const { listen } = (await proxy.call('POST', '/proxies', body)).proxy
    clients.push(stack.use(await client(listen)))
  }
  const owned = stack.move()
  return {
    /** One question and its answer on each link, on connections that are open already. */
    ask: async () => {
      for (const each of clients) {
        const before = each.received().length
        each.write(question)
        await each.bytes(before + answer.length)
      }
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

test('tells single messages of the links that `messages` names, and counters of all', async () => {
  await using proxy = await testProxy()
  await using links = await asking(proxy)
  await links.ask()
  using told = await hear(proxy, 'links=a,b&messages=a')
  await links.ask()
  await until(() => told.lines.includes('b request:GET') && told.lines.includes('a request:GET'))
  const single = told.lines.filter(line => !line.includes(':GET') && !line.includes('bytes'))
  expect(single).toEqual(['a request cart:1', 'a response cart:1'])
})

test('tells no single message where `messages` names none, whatever others listen to', async () => {
  await using proxy = await testProxy()
  await using links = await asking(proxy)
  using none = await hear(proxy, 'messages=')
  using all = await hear(proxy, '')
  await links.ask()
  await until(() => none.lines.includes('b request:GET'))
  await until(() => all.lines.includes('b response cart:1'))
  expect(none.lines.filter(line => /request cart|response cart/.test(line))).toEqual([])
  expect(all.lines).toContain('a request cart:1')
})

test('control: without `messages` those of every link are told', async () => {
  await using proxy = await testProxy()
  await using links = await asking(proxy)
  using told = await hear(proxy, 'links=b')
  await links.ask()
  await until(() => told.lines.includes('b response cart:1'))
  expect(told.lines.some(line => line.startsWith('a '))).toBe(false)
})

test('ends a stream by its id behind what passed last, and no other', async () => {
  await using proxy = await testProxy()
  await using links = await asking(proxy)
  using other = await hear(proxy, 'stream=other')
  const answer = await fetch(`${proxy.url}/events?stream=mine&messages=`)
  expect((await proxy.call('GET', '/events?stream=mine')).status).toBe(409)
  await links.ask()
  expect((await proxy.call('DELETE', '/events?stream=mine')).status).toBe(204)
  const text = await answer.text()
  expect([...text.matchAll(/"request:GET":1/g)]).toHaveLength(2)
  await links.ask()
  await until(() => other.lines.filter(line => line === 'a request cart:1').length === 2)
  expect((await proxy.call('DELETE', '/events?stream=mine')).status).toBe(404)
  expect((await proxy.call('DELETE', '/events')).status).toBe(400)
})
