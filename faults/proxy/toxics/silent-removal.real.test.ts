import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '../../../targets/postgres.ts'
import { type Rig, startRig } from '../testing/rig.ts'

let rig: Rig
let server: Postgres
beforeAll(async () => {
  rig = await startRig()
  server = await startPostgres(rig.run)
})
afterAll(() => rig?.[Symbol.asyncDispose]())

// Behind the error's toxic on the way to the server: what is struck has no answer for so long.
const slow = { type: 'latency', stream: 'upstream', attributes: { latency: 1_500 } } as const
const error = { type: 'postgres_error', attributes: { code: '40001' } } as const

/** A statement is struck, and the toxic gone before its answer has come. */
async function removedMeanwhile(connections: object) {
  const link = await rig.proxy.link('postgres', server)
  const client = await rig.postgres(server, link)
  await link.toxic(slow)
  const toxic = await link.toxic({ ...error, stream: 'upstream', connections })
  const struck = client.query('select 1').catch((failure: unknown) => failure)
  // It is struck when it passes, long before its answer.
  await new Promise(resolve => setTimeout(resolve, 400))
  await toxic.remove()
  return { client, failure: await struck }
}

test('a statement struck on a present connection gets its error though the toxic is gone, and the session lives', async () => {
  const { client, failure } = await removedMeanwhile({ which: 'present' })
  expect(failure).toMatchObject({ code: '40001' })
  expect((await client.query('select 2 as n')).rows).toEqual([{ n: 2 }])
})

test('control: on others the session ends when the toxic goes, lest the substitute be taken for the answer', async () => {
  const { client, failure } = await removedMeanwhile({ which: 'all' })
  expect(failure).not.toMatchObject({ code: '40001' })
  await expect(client.query('select 2')).rejects.toThrow()
})
