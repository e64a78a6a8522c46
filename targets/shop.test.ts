import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LinkedPart } from './linked.ts'
import { answersThrough } from './shop/answers.ts'
import { instance, killableParts, links } from './shop/selectors.ts'
import { type Shop, shop } from './shop.ts'
import { contextOf } from './testing/context-of.ts'
import { type TestRun, testRun } from './testing/test-run.ts'

const startWithinMs = 120_000

let run: TestRun
let system: Shop
beforeAll(async () => {
  run = await testRun()
  const options = { redis: { replicas: 1, sentinels: 1 }, instances: 2 }
  system = await shop(options).start(contextOf(run))
}, startWithinMs)
afterAll(async () => {
  await system?.[Symbol.asyncDispose]()
  await run[Symbol.asyncDispose]()
})

const answering = async ({ links }: LinkedPart) =>
  Promise.all(links.map(async link => [link.name, await answersThrough(link)] as const))
const all = (part: LinkedPart, answers: boolean) => part.links.map(({ name }) => [name, answers])

/** Every part there is, without starting it to learn its name. */
test.each(['postgres', 'redis-1', 'redis-2', 'sentinel-1', 'shop-1', 'shop-2'])(
  '%s answers through its links after a pause and after a kill',
  async name => {
    const part = killableParts(system).find(each => each.name === name)
    if (!part) throw new Error(`no part ${name}`)
    expect(part.links.length).toBeGreaterThan(0)
    const ends = { timeout: 20_000 }
    await expect.poll(() => answering(part), ends).toEqual(all(part, true))
    await part.pause()
    expect(await answering(part), 'control: frozen').toEqual(all(part, false))
    await part.resume()
    await expect.poll(() => answering(part), ends).toEqual(all(part, true))
    await part.kill()
    expect(await answering(part), 'control: dead').toEqual(all(part, false))
    await part.restart()
    await expect.poll(() => answering(part), ends).toEqual(all(part, true))
  },
  90_000,
)

test('every killable part is among those tried', () => {
  const names = killableParts(system).map(({ name }) => name)
  expect(names).toEqual(['postgres', 'redis-1', 'redis-2', 'sentinel-1', 'shop-1', 'shop-2'])
})

test('a part that is not there is refused, with what is', async () => {
  await expect(async () => instance(3)(system)).rejects.toThrow(/instance 3.*2 instances/s)
  await expect(async () => links('shop-1', 'mysql')(system)).rejects.toThrow(/shop-1>postgres/)
})
