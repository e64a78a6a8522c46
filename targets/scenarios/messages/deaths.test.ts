import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type ApplicationAt, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { Gate } from '../gate.ts'
import { eventually, signedIn, sql } from '../person.ts'
import type { OwnPlace } from '../servers.ts'
import { test } from '../warm.ts'
import { copiesOf, insist, namesOf, notified, post, progress, whenIn } from './mail-room.ts'

const timeoutMs = 90_000
const receipt = {
  table: 'messages_jobs',
  when: "new.state = 'done' and old.state = 'waiting'",
}

let app: ApplicationAt<OwnPlace>
let sender: Client
test.beforeAll(async ({ ownPostgres }) => {
  const defenceSettings = { 'pool-limits': { acquireMs: 8_000 } }
  app = await startApplication({ instances: [['api']], config: { defenceSettings } }, ownPostgres)
  sender = await signedIn(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** A worker process of its own; without some of its defences. */
function startWorker(...defencesOff: readonly string[]): Promise<Instance> {
  const defenceSettings = {
    'message-lease': { leaseMs: 1_000 },
    'message-backoff': { baseMs: 20, capMs: 100 },
    'dead-letter-queue': { attempts: 4 },
    'pool-limits': { statementMs: 60_000 },
  }
  const name = `worker-${randomUUID().slice(0, 8)}`
  return app.startInstance(name, ['worker'], { defencesOff, defenceSettings })
}

/** A message whose worker dies right before its acknowledgement, and what is left of it then. */
async function dieInMidMessage(...defencesOff: readonly string[]) {
  await using gate = await Gate.close(app, receipt)
  const worker = await startWorker(...defencesOff)
  const id = await post(sender)
  await gate.reached()
  await gate.kill(worker)
  return { id, copies: await copiesOf(app, id), told: (await notified(sender)).includes(id) }
}

async function finish(id: string, ...defencesOff: readonly string[]) {
  const worker = await startWorker(...defencesOff)
  const done = await whenIn(sender, id, 'done')
  const told = () => notified(sender).then(ids => ids.filter(each => each === id).length)
  await eventually(told, times => times > 0, 20_000)
  await worker.process.kill()
  return { attempts: done.attempts, copies: await copiesOf(app, id), told: await told() }
}

describe('MSG-05 and MSG-06 a worker killed in mid-message', () => {
  test(
    'leaves nothing behind, and another does it once and tells of it once',
    async () => {
      const { id, ...left } = await dieInMidMessage()
      expect(left).toEqual({ copies: 0, told: false })
      expect(await finish(id)).toEqual({ attempts: 2, copies: 1, told: 1 })
    },
    timeoutMs,
  )

  control(
    'idempotent-consumer',
    'the effect comes twice (MSG-05)',
    async () => {
      const { id, copies } = await dieInMidMessage('idempotent-consumer')
      expect(copies).toBe(1)
      expect(await finish(id, 'idempotent-consumer')).toMatchObject({ attempts: 2, copies: 2 })
    },
    timeoutMs,
  )

  control(
    'message-lease',
    "it is nobody else's, however long its worker is dead (MSG-05)",
    async () => {
      const { id } = await dieInMidMessage('message-lease')
      const text = `select due_at > now() + interval '1 year' as kept from messages_jobs where id = $1`
      expect(await sql(app, text, [id])).toEqual([{ kept: true }])
      const worker = await startWorker()
      await whenIn(sender, await post(sender), 'done')
      expect(await progress(sender, id)).toMatchObject({ state: 'waiting', attempts: 1 })
      await worker.process.kill()
    },
    timeoutMs,
  )

  control(
    'transactional-outbox',
    'people are told of what was rolled back (MSG-06)',
    async () => {
      const { id, ...left } = await dieInMidMessage('transactional-outbox')
      expect(left).toEqual({ copies: 0, told: true })
      expect(await finish(id, 'transactional-outbox')).toMatchObject({ copies: 1, told: 2 })
    },
    timeoutMs,
  )
})

describe('MSG-06 the outbox', () => {
  test(
    'announces what was committed while Redis was away, by another worker',
    async () => {
      const worker = await startWorker()
      await app.redis.kill()
      const id = await post(sender)
      await whenIn(sender, id, 'done')
      expect(await sender.get('/v1/notices')).toMatchObject({
        status: 503,
        body: { code: 'redis-unavailable', outcome: 'not-done' },
      })
      await worker.process.kill()
      await app.redis.restart()
      expect(await finish(id)).toEqual({ attempts: 1, copies: 1, told: 1 })
    },
    timeoutMs,
  )

  test(
    'tells again, under the same id, what a worker that died may not have told',
    async () => {
      const id = randomUUID()
      {
        await using gate = await Gate.close(app, {
          table: 'messages_jobs',
          when: `new.id = '${id}' and new.stages @> '[{"stage": "notified"}]'`,
        })
        const worker = await startWorker()
        await post(sender, { id })
        await gate.reached()
        await gate.kill(worker)
      }
      const worker = await startWorker()
      const story = () => progress(sender, id).then(namesOf)
      await eventually(story, names => names.includes('notified'), 20_000)
      expect(await story()).toEqual(['received', 'routed', 'stored', 'notified'])
      expect((await notified(sender)).filter(each => each === id)).toEqual([id, id])
      expect(await copiesOf(app, id)).toBe(1)
      await worker.process.kill()
    },
    timeoutMs,
  )

  test(
    'announces all that was accepted, through restarts of everything',
    async () => {
      const worker = await startWorker()
      const restarts = [
        () => app.postgres.kill().then(() => app.postgres.restart()),
        () => app.redis.kill().then(() => app.redis.restart()),
        () => worker.process.restart(),
      ]
      const ids: string[] = []
      const send = async () => {
        for (let i = 0; i < 4; i++) ids.push(await insist(sender))
      }
      for (const restart of restarts) {
        await send()
        await restart()
      }
      await send()
      for (const id of ids) {
        await whenIn(sender, id, 'done')
        expect(await copiesOf(app, id)).toBe(1)
      }
      const missing = async () => {
        const told = await notified(sender)
        return ids.filter(id => !told.includes(id))
      }
      await eventually(missing, untold => untold.length === 0, 20_000)
      await worker.process.kill()
    },
    timeoutMs,
  )
})

describe('controls', () => {
  control(
    ['message-backoff', 'dead-letter-queue'],
    'poison stops the rest (MSG-03, MSG-04)',
    async () => {
      const worker = await startWorker('message-backoff', 'dead-letter-queue')
      const poison = [
        await post(sender, { kind: 'form', body: '{' }),
        await post(sender, { kind: 'form', body: '[' }),
      ]
      const healthy = await post(sender)
      const [first = ''] = poison
      const stuck = await eventually(
        () => progress(sender, first),
        ({ attempts }) => attempts > 20,
        20_000,
      )
      const failures = stuck.stages.filter(({ stage }) => stage === 'failed')
      expect(new Set(failures.map(({ retryInMs }) => retryInMs))).toEqual(new Set([0]))
      expect(stuck.state).toBe('waiting')
      // One may get through whenever both are between two attempts: most do not.
      const behind = await Promise.all(Array.from({ length: 10 }, () => post(sender)))
      const tried = await eventually(
        () => progress(sender, first),
        ({ attempts }) => attempts > stuck.attempts + 20,
        20_000,
      )
      expect(tried.state).toBe('waiting')
      const states = await Promise.all(behind.map(async id => (await progress(sender, id)).state))
      expect(states.filter(state => state === 'waiting').length).toBeGreaterThan(5)

      await worker.process.kill()
      const careful = await startWorker()
      for (const id of poison) await whenIn(sender, id, 'dead')
      for (const id of [healthy, ...behind]) await whenIn(sender, id, 'done')
      await careful.process.kill()
    },
    timeoutMs,
  )

  control(
    'default-lane',
    'a message that no rule matches is never handled (MSG-02)',
    async off => {
      const careless = await app.startInstance('careless', ['api', 'worker'], off)
      const client = Object.assign(careless.client(), { token: sender.token })
      const lost = await post(client)
      await whenIn(client, await post(client, { priority: 9 }), 'done')
      await whenIn(client, await post(client, { priority: 0 }), 'done')
      expect(await progress(client, lost)).toMatchObject({ lane: 'unrouted', state: 'waiting' })
    },
    timeoutMs,
  )
})
