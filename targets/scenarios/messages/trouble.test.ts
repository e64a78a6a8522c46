import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { AgentClient } from '../agents/agent-client.ts'
import { type Application, type Instance, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { faultOn } from '../link-fault.ts'
import { patience } from '../patience.ts'
import { eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { post, whenIn } from './mail-room.ts'

const timeoutMs = 90_000

/** What a database can be in for a while, and what may be done again. */
const codes = ['40001', '40P01', '55P03', '25006', '53100', '57014', '57P01', '57P02']
const baseMs = 600

let app: Application
let sender: Client
test.beforeAll(async ({ warm }) => {
  const defenceSettings = {
    ...patience,
    'message-backoff': { baseMs, capMs: 60_000 },
    'dead-letter-queue': { attempts: 4 },
    // No second worker helps.
    'message-lease': { leaseMs: 60_000 },
    'agent-takeover': { leaseMs: 60_000 },
  }
  const config = { defenceSettings }
  app = await startApplication({ instances: [['api', 'realtime']], config }, warm)
  sender = await signedIn(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

const startWorker = (...defencesOff: readonly string[]) =>
  app.startInstance(`worker-${randomUUID().slice(0, 8)}`, ['worker'], { defencesOff })

/** Each code is the answer to some of what this worker asks its database, while the work lasts. */
async function inTrouble(worker: Instance, work: () => Promise<unknown>): Promise<void> {
  const faults = codes.map((code, index) =>
    faultOn(app, `${worker.name}>postgres`, {
      name: code,
      type: 'postgres_error',
      attributes: { match: { text: '*' }, code },
      hits: { skip: index, every: 3 * codes.length },
    }),
  )
  const posted = await Promise.all(faults)
  await work()
  await Promise.all(posted.map(fault => fault[Symbol.asyncDispose]()))
}

/** How many of these are in which state. */
const statesOf = (table: 'messages_jobs' | 'agents_runs', ids: readonly string[]) =>
  sql<{ state: string; n: number }>(
    app,
    `select state, count(*)::int as n from ${table} where id = any($1) group by state`,
    [ids],
  )

const remember = () => ({ tool: 'remember', facts: [randomUUID()] })
const many = <T>(work: () => T) => Array.from({ length: 20 }, work)

describe('MSG-03 and AGT-05 a database in trouble', () => {
  test(
    'buries no message and fails no run',
    async () => {
      using agent = await AgentClient.of(sender, app.instances[0])
      let messages: readonly string[] = []
      let runs: readonly string[] = []
      const worker = await startWorker()
      await inTrouble(worker, async () => {
        messages = await Promise.all(many(() => post(sender)))
        runs = many(() => agent.ask(remember()))
        await new Promise(resolve => setTimeout(resolve, 3_000))
      })
      const over = async () => [
        ...(await statesOf('messages_jobs', messages)),
        ...(await statesOf('agents_runs', runs)),
      ]
      const ends = [
        { state: 'done', n: 20 },
        { state: 'completed', n: 20 },
      ]
      await eventually(over, seen => JSON.stringify(seen) === JSON.stringify(ends), 40_000)
      await worker.process.kill()
    },
    timeoutMs,
  )

  /** How a run ends whose worker is told once that the disk is full. */
  async function endOfOne(worker: Instance) {
    using agent = await AgentClient.of(sender, app.instances[0])
    await using _full = await faultOn(app, `${worker.name}>postgres`, {
      type: 'postgres_error',
      attributes: { match: { text: '*from agents_runs*for update' }, code: '53100' },
      hits: { first: 1 },
    })
    const frames = await agent.ended(agent.ask(remember()))
    await worker.process.kill()
    return frames.at(-1)
  }

  test(
    'is not the fault of the run that meets it',
    async () => {
      expect(await endOfOne(await startWorker())).toMatchObject({ event: 'agent_completed' })
    },
    timeoutMs,
  )

  control(
    'error-classes',
    'a run fails for good; still nobody reads what the database said',
    async () => {
      expect(await endOfOne(await startWorker('error-classes'))).toMatchObject({
        event: 'agent_failed',
        data: { reason: 'It could not be stored (53100).' },
      })
    },
    timeoutMs,
  )
})

describe('MSG-03 the pauses between attempts', () => {
  /** How long a message that cannot be handled was left alone after each attempt but the last. */
  async function pauses(): Promise<readonly number[]> {
    const id = await post(sender, { kind: 'form', body: 'not JSON' })
    const { stages } = await whenIn(sender, id, 'dead', 30_000)
    const failedAt = stages
      .filter(({ stage }) => stage === 'failed')
      .map(({ at }) => Date.parse(at))
    return failedAt.slice(1).map((at, index) => at - (failedAt[index] ?? at))
  }

  test(
    'are at least half of a doubling time',
    async () => {
      const worker = await startWorker()
      const all = await pauses()
      await worker.process.kill()
      expect(all).toHaveLength(3)
      expect(all.filter((ms, index) => ms < (baseMs * 2 ** index) / 2)).toEqual([])
    },
    timeoutMs,
  )

  control(
    'message-backoff',
    'they are none to speak of',
    async () => {
      const worker = await startWorker('message-backoff')
      const all = await pauses()
      await worker.process.kill()
      expect(Math.max(...all)).toBeLessThan(baseMs)
    },
    timeoutMs,
  )
})

describe('MSG-05 a reply to a message whose worker has died', () => {
  /** How often a reply was tried until the lease of what it replies to was over, and both were done. */
  async function triesOfReply(since: 'earlier' | 'later'): Promise<number> {
    const parent = randomUUID()
    const held =
      "update messages_jobs set attempts = 1, due_at = now() + interval '3 s' where id = $1"
    if (since === 'earlier') await post(sender, { id: parent })
    const reply = await post(sender, { kind: 'reply', inReplyTo: parent })
    if (since === 'later') await post(sender, { id: parent })
    await sql(app, held, [parent])
    const worker = await startWorker()
    const { attempts } = await whenIn(sender, reply, 'done')
    await worker.process.kill()
    return attempts
  }

  test(
    'waits for it, and is not tried meanwhile',
    async () => {
      expect(await triesOfReply('earlier')).toBe(1)
    },
    timeoutMs,
  )

  test(
    'control: what came before the message it replies to is tried again and again',
    async () => {
      expect(await triesOfReply('later')).toBeGreaterThan(1)
    },
    timeoutMs,
  )
})
