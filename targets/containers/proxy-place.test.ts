import { expect, test } from 'vitest'
import type { Containers } from './containers.ts'
import { placeHere, placeWithin } from './proxy-place.ts'

const containers: Containers = {
  engine: 'none',
  claim: () => {},
  within: ({ port }) => ({ host: `at-${port}`, port }),
  start: () => Promise.reject(new Error('nothing is started here')),
  [Symbol.asyncDispose]: async () => {},
}

const listening = async (listen: string) => ({
  host: 'proxy',
  port: Number(/\d+$/.exec(listen)?.[0]) || 4_711,
})

test('on this machine a link listens on loopback, and goes where it was told', async () => {
  expect(placeHere.upstream({ host: '127.0.0.1', port: 6379 })).toEqual({
    host: '127.0.0.1',
    port: 6379,
  })
  const asked: string[] = []
  await placeHere.listen('shop-1', at => {
    asked.push(at)
    return listening(at)
  })
  expect(asked).toEqual(['127.0.0.1:0'])
})

test('in a container others reach a link by the name of the proxy, and clients by a published port', async () => {
  const place = await placeWithin(containers, 'proxy', ['client'])
  for (const { release } of place.published) await release()
  expect(place.upstream({ host: '127.0.0.1', port: 6379 })).toEqual({ host: 'at-6379', port: 6379 })
  expect(await place.listen('shop-1', listening)).toEqual({ host: 'proxy', port: 4_711 })
  const { host, port } = await place.listen('client', listening)
  expect(host).toBe('127.0.0.1')
  expect(place.published.map(each => each.port)).toContain(port)
})

test('says so when more links are asked for than are published', async () => {
  const place = await placeWithin(containers, 'proxy', ['client'])
  for (const { release } of place.published) await release()
  for (const _ of place.published) await place.listen('client', listening)
  await expect(place.listen('client', listening)).rejects.toThrow(/at most 16 links/)
})
