import { expect, test } from 'vitest'
import { runExample } from './testing/run-example.ts'
import { withBugs } from './testing/with-bugs.ts'

const lostCommit = 'orders/experiments/lost-commit.js'
const redisAway = 'orders/experiments/common.suite.js@redis-away'
const atMost = { timeout: 150_000 }

async function findings(experiment: string, service: string) {
  return (await runExample(experiment, { SERVICE: service })).checks
}

// What a run on a busy machine concludes as a whole is another matter: the checks are asked.
test('a lost COMMIT finds the order that is placed twice', atMost, async () => {
  await using bug = await withBugs('orders', 'orders.js', 'schema.sql')
  const { onceEach, alive } = await findings(lostCommit, bug.service)
  expect(onceEach).toMatchObject({ word: 'invalid', story: expect.stringContaining('doubled') })
  expect(alive).toMatchObject({ word: 'valid' })
})

test('and the process that ends of a lost connection', atMost, async () => {
  await using bug = await withBugs('orders', 'database.js')
  const { alive } = await findings(lostCommit, bug.service)
  expect(alive).toMatchObject({ word: 'invalid', story: expect.stringContaining('ECONNRESET') })
})

test('a Redis that is away finds the cache that takes the service with it', atMost, async () => {
  await using bug = await withBugs('orders', 'cache.js')
  const { alive, readsGoOn, kept } = await findings(redisAway, bug.service)
  expect(alive).toMatchObject({ word: 'invalid' })
  expect(readsGoOn).toMatchObject({ word: 'invalid' })
  expect(kept).toMatchObject({ word: 'valid' })
})

test('neither finds anything in the service that was mended', atMost, async () => {
  expect(await findings(lostCommit, 'mended')).toMatchObject({
    onceEach: { word: 'valid' },
    alive: { word: 'valid' },
  })
  expect(await findings(redisAway, 'mended')).toMatchObject({
    alive: { word: 'valid' },
    readsGoOn: { word: 'valid' },
  })
})
