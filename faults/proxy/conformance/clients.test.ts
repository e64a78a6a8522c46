import {
  Proxy as ClientProxy,
  type Latency,
  Toxiproxy,
  ToxiproxyError,
} from 'toxiproxy-node-client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { call } from './api-client.ts'
import { type Contestant, startContestant } from './contestant.ts'
import { contestants } from './contestants.ts'
import { startEcho, type Upstream } from './echo.ts'
import { goTools } from './go-tools.ts'
import { dial, talk } from './talk.ts'

const { names, missing } = await contestants()
const go = await goTools()
test.skip.each(missing)('%s', () => {})
if (!go)
  test.skip('toxiproxy-cli and the Go client: Go is missing (apt-get install golang)', () => {})

const greeting = { send: 100, watchMs: 3_000 }

describe.each(names)('clients of %s', name => {
  let server: Contestant
  let echo: Upstream

  beforeAll(async () => {
    echo = await startEcho()
    server = await startContestant(name)
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await echo?.[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    const proxies = Object.keys(Object(await call(server.url, 'GET /proxies')))
    for (const proxy of proxies) await call(server.url, `DELETE /proxies/${proxy}`)
  })

  describe('toxiproxy-node-client', () => {
    const make = async () => {
      const client = new Toxiproxy(server.url)
      const order = { name: 'node', listen: '127.0.0.1:0', upstream: echo.address }
      return { client, order, proxy: await client.createProxy(order) }
    }

    test('creates, reads, updates, populates, lists and removes proxies', async () => {
      const { client, order, proxy } = await make()
      expect(proxy).toBeInstanceOf(ClientProxy)
      expect(proxy.toJson()).toMatchObject({ name: 'node', enabled: true, upstream: echo.address })
      expect(await talk(await dial(proxy.listen), greeting)).toMatchObject({ bytes: 100 })

      const { listen } = proxy
      const off = await proxy.update({ enabled: false, listen, upstream: echo.address })
      expect(off.toJson()).toMatchObject({ enabled: false, listen })
      await expect(dial(listen)).rejects.toThrow(/ECONNREFUSED/)
      expect((await client.get('node')).enabled).toBe(false)
      await client.reset()
      expect((await client.get('node')).toJson()).toMatchObject({ enabled: true, listen })
      expect(await talk(await dial(listen), greeting)).toMatchObject({ bytes: 100 })

      const populated = await client.populate([
        { ...order, listen },
        { ...order, name: 'second' },
      ])
      expect(Object.keys(populated)).toEqual(['node', 'second'])
      expect(Object.keys(await client.getAll()).sort()).toEqual(['node', 'second'])
      await proxy.remove()
      expect(Object.keys(await client.getAll())).toEqual(['second'])
      expect(JSON.parse(await client.getVersion())).toHaveProperty('version')
    })

    test('adds, reads, updates and removes toxics', async () => {
      const { proxy } = await make()
      const body = {
        name: 'slow',
        type: 'latency',
        stream: 'downstream',
        toxicity: 1,
        attributes: { latency: 400, jitter: 0 } as Latency,
      } as const
      const toxic = await proxy.addToxic(body)
      expect(toxic.toJson()).toEqual(body)
      const heard = await talk(await dial(proxy.listen), greeting)
      expect(heard.firstMs).toBeGreaterThanOrEqual(399)

      const updated = await toxic.update({ ...body, attributes: { latency: 1, jitter: 0 } })
      expect(updated.attributes).toEqual({ latency: 1, jitter: 0 })
      expect((await proxy.getToxic('slow')).toJson()).toEqual(updated.toJson())
      expect((await talk(await dial(proxy.listen), greeting)).firstMs).toBeLessThan(399)
      await toxic.remove()
      await expect(proxy.getToxic('slow')).rejects.toThrow('404')
    })

    test('tells the status of an error, but not its text: defect 8 is the client’s', async () => {
      const { client, order } = await make()
      const again = await client.createProxy(order).catch((error: unknown) => error)
      expect(again).toBeInstanceOf(ToxiproxyError)
      expect(String(again)).toBe('Error: Request failed with status code 409')
      const answer = await fetch(`${server.url}/proxies`, {
        method: 'POST',
        body: JSON.stringify(order),
      })
      expect(await answer.json()).toEqual({ error: 'proxy already exists', status: 409 })
    })
  })

  test.runIf(go)('toxiproxy-cli', async () => {
    const cli = (...args: string[]) => go?.cli(server.url, ...args) ?? Promise.resolve('')
    const { address } = echo
    expect(await cli('create', '-l', '127.0.0.1:0', '-u', address, 'cli')).toBe(
      'Created new proxy cli\n',
    )
    expect(await cli('create', '-l', '127.0.0.1:0', '-u', address, 'cli')).toContain(
      'Failed to create proxy: Create: HTTP 409: proxy already exists',
    )
    const added = await cli(
      'toxic',
      'add',
      '-t',
      'latency',
      '-n',
      'slow',
      '-a',
      'latency=150',
      'cli',
    )
    expect(added).toBe("Added downstream latency toxic 'slow' on proxy 'cli'\n")
    const upstream = ['-u', '--tox', '0.5', '-a', 'rate=9']
    expect(await cli('toxic', 'add', '-t', 'bandwidth', ...upstream, 'cli')).toBe(
      "Added upstream bandwidth toxic 'bandwidth_upstream' on proxy 'cli'\n",
    )
    expect(await cli('toxic', 'update', '-n', 'slow', '-a', 'jitter=25', 'cli')).toBe(
      "Updated toxic 'slow' on proxy 'cli'\n",
    )
    const inspected = (await cli('inspect', 'cli')).split('\n').sort().join('\n')
    expect(inspected).toBe(
      [
        '',
        'bandwidth_upstream\ttype=bandwidth\tstream=upstream\ttoxicity=0.50\tattributes=[\trate=9\t]',
        'slow\ttype=latency\tstream=downstream\ttoxicity=1.00\tattributes=[\tjitter=25\tlatency=150\t]',
      ].join('\n'),
    )
    expect(await cli('toxic', 'remove', '-n', 'slow', 'cli')).toBe(
      "Removed toxic 'slow' on proxy 'cli'\n",
    )
    expect(await cli('toggle', 'cli')).toBe('Proxy cli is now disabled\n')
    expect(await cli('list')).toMatch(/^cli\t127\.0\.0\.1:\d+\t127\.0\.0\.1:\d+\tdisabled\t1\n$/)
    expect(await cli('toggle', 'cli')).toBe('Proxy cli is now enabled\n')
    expect(await cli('delete', 'cli')).toBe('Deleted proxy cli\n')
    expect(await cli('inspect', 'cli')).toContain('HTTP 404: proxy not found')
    expect(await cli('list')).toBe('')
  })

  test.runIf(go && name === 'ours')('toxiproxy-cli sends a token that its URL bears', async () => {
    await using guarded = await startContestant('ours', { env: { PROXY_TOKEN: 's3cret' } })
    const cli = (userinfo: string, ...args: string[]) =>
      go?.cli(guarded.url.replace('//', `//${userinfo}`), ...args) ?? Promise.resolve('')
    expect(await cli('', 'list')).toContain('401')
    expect(await cli('me:wrong@', 'list')).toContain('401')
    const create = ['create', '-l', '127.0.0.1:0', '-u', echo.address, 'cli']
    expect(await cli('me:s3cret@', ...create)).toBe('Created new proxy cli\n')
    expect(await cli('me:s3cret@', 'list')).toMatch(/^cli\t/)
  })

  test.runIf(go)('the Go client', async () => {
    const told = await go?.goClient(server.url, echo.address)
    expect(told?.split('\n')).toEqual([
      'created go true true',
      'again: Create: HTTP 409: proxy already exists',
      'added latency_downstream downstream 1 map[jitter:0 latency:120]',
      'slow true <nil>',
      'updated 1 map[jitter:0 latency:1] <nil>',
      'added by options <nil>',
      'updated by options <nil>',
      'toxics 2 <nil>',
      'removed <nil>',
      'removed <nil>',
      'removed again: HTTP 404: toxic not found',
      'nonsense: AddToxic: HTTP 400: invalid toxic type',
      'sideways: AddToxic: HTTP 400: stream was invalid, can be either upstream or downstream',
      'disabled false true',
      'enabled true <nil>',
      'read go 1',
      'saved <nil> 127.0.0.1:1 1',
      'populated 2 <nil>',
      'populate without upstream: Populate: HTTP 400: missing required field: upstream at proxy 1',
      'deleted <nil>',
      'reset <nil>',
      'proxies 2 0 <nil>',
      'deleted <nil>',
      'deleted again: Delete: HTTP 404: proxy not found',
      'gone: HTTP 404: proxy not found',
      '',
    ])
  })
})
