import { expect, test } from 'vitest'
import { runExample } from './testing/run-example.ts'
import { withBugs } from './testing/with-bugs.ts'

const atMost = { timeout: 150_000 }
const gone = {
  redis: 'chat/experiments/redis-gone.ts',
  database: 'chat/experiments/database-gone.ts',
}
const deployment = 'chat/experiments/deployment.ts'

// What a run on a busy machine concludes as a whole is another matter: the checks are asked.
test('a Redis that is gone finds the room that tells what the bus tells it', atMost, async () => {
  await using bug = await withBugs('chat', 'rooms.ts')
  const { checks } = await runExample(gone.redis, { SERVICE: bug.service })
  expect(checks.everybodySeesIt).toMatchObject({
    word: 'invalid',
    story: expect.stringContaining('missing'),
  })
  expect(checks.alive).toMatchObject({ word: 'valid' })
})

test('a deployment finds the server that cuts its sockets off', atMost, async () => {
  await using bug = await withBugs('chat', 'server.ts')
  const { checks } = await runExample(deployment, { SERVICE: bug.service })
  expect(checks.told).toMatchObject({ word: 'invalid', story: expect.stringContaining('1006') })
  expect(checks.everybodySeesIt).toMatchObject({ word: 'valid' })
})

test('a database that is gone finds the promise that nobody catches', atMost, async () => {
  await using bug = await withBugs('chat', 'server.ts')
  const { checks } = await runExample(gone.database, { SERVICE: bug.service })
  const story = expect.stringContaining('that nobody caught: Error: connect ECONNREFUSED')
  expect(checks.alive).toMatchObject({ word: 'invalid', story })
})

test('none finds anything in the service that was mended', { timeout: 300_000 }, async () => {
  for (const experiment of [gone.redis, gone.database, deployment]) {
    const { checks } = await runExample(experiment, { SERVICE: 'mended' })
    expect(
      Object.values(checks).map(({ word }) => word),
      experiment,
    ).not.toContain('invalid')
    expect(checks.everybodySeesIt, experiment).toMatchObject({ word: 'valid' })
  }
})
