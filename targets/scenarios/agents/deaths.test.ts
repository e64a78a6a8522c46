import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { Gate } from '../gate.ts'
import { post, whenIn } from '../messages/mail-room.ts'
import { eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { AgentClient, eventsOf } from './agent-client.ts'

const timeoutMs = 90_000
const toolDone = { table: 'agents_runs', when: "new.state = 'executed'" }
const begun = ['agent_started', 'agent_thinking', 'tool_executing']
const defenceSettings = {
  'agent-takeover': { leaseMs: 1_000, attempts: 2 },
  'pool-limits': { acquireMs: 8_000, statementMs: 60_000, idleInTransactionMs: 1_000 },
  'request-deadline': { defaultMs: 8_000 },
}

let app: Application
test.beforeAll(async ({ warm }) => {
  app = await startApplication(
    { instances: [['api', 'realtime']], config: { defenceSettings } },
    warm,
  )
})
afterAll(() => app?.[Symbol.asyncDispose]())

function startWorker(...defencesOff: readonly string[]): Promise<Instance> {
  const name = `worker-${randomUUID().slice(0, 8)}`
  return app.startInstance(name, ['worker'], { defencesOff })
}

/** A person whose run is in the hands of a worker that dies in the middle of its tool. */
async function dieInMidRun(times: number, ...defencesOff: readonly string[]) {
  const person = await signedIn(app)
  const { userId } = person
  const agents = await AgentClient.of(person, app.instances[0])
  await using gate = await Gate.close(app, toolDone)
  const id = agents.ask({ tool: 'remember', facts: [userId] })
  for (let death = 0; death < times; death++) {
    const worker = await startWorker(...defencesOff)
    await gate.reached()
    await gate.kill(worker)
  }
  await agents.got(({ runId, event }) => runId === id && event === 'tool_executing')
  return { userId, agents, id }
}

/** A person whose run is in the hands of a worker that stands still in the middle of its tool. */
async function freezeInMidRun(...defencesOff: readonly string[]) {
  const person = await signedIn(app)
  const { userId } = person
  const agents = await AgentClient.of(person, app.instances[0])
  await using gate = await Gate.close(app, toolDone)
  const id = agents.ask({ tool: 'remember', facts: [userId] })
  const frozen = await startWorker(...defencesOff)
  await gate.reached()
  await frozen.process.pause()
  return { person, userId, agents, id, frozen }
}

/** Resolves when any worker may take the run. */
const leaseOver = (id: string) =>
  eventually(
    () =>
      sql<{ isOver: boolean }>(
        app,
        'select lease_until < now() as "isOver" from agents_runs where id = $1',
        [id],
      ),
    ([run]) => run?.isOver === true,
    20_000,
  )

const factsOf = async (userId: string) => {
  const text = 'select fact from agents_facts where user_id = $1'
  return (await sql<{ fact: string }>(app, text, [userId])).map(({ fact }) => fact)
}

describe('AGT-05 a worker that dies in mid-run', () => {
  test(
    'is followed by another, which ends the run, its effect there once',
    async () => {
      const { userId, agents, id } = await dieInMidRun(1)
      expect(await factsOf(userId)).toEqual([])
      const worker = await startWorker()
      const said = await agents.ended(id)
      expect(eventsOf(said)).toEqual([...begun, 'tool_completed', 'agent_completed'])
      expect(await factsOf(userId)).toEqual([userId])
      await worker.process.kill()
    },
    timeoutMs,
  )

  test(
    'time and again ends in an honest failure that leaves nothing behind',
    async () => {
      const { userId, agents, id } = await dieInMidRun(2)
      const worker = await startWorker()
      const said = await agents.ended(id)
      expect(eventsOf(said)).toEqual([...begun, 'agent_failed'])
      expect(await factsOf(userId)).toEqual([])
      await worker.process.kill()
    },
    timeoutMs,
  )

  control(
    'agent-takeover',
    'it leaves its run stuck',
    async () => {
      const { agents, id } = await dieInMidRun(1, 'agent-takeover')
      const lease = `select lease_until > now() + interval '1 year' as kept from agents_runs where id = $1`
      expect(await sql(app, lease, [id])).toEqual([{ kept: true }])
      const worker = await startWorker()
      await agents.ended(agents.ask({ tool: 'recall' }))
      const text = 'select state from agents_runs where id = $1'
      expect(await sql(app, text, [id])).toEqual([{ state: 'executing' }])
      await worker.process.kill()
    },
    timeoutMs,
  )
})

describe('AGT-05 a worker that stands still in mid-run', () => {
  test(
    'is followed by another, and does no harm when it goes on',
    async () => {
      const { userId, agents, id, frozen } = await freezeInMidRun()
      const worker = await startWorker()
      const said = await agents.ended(id)
      await frozen.process.resume()
      await agents.ended(agents.ask({ tool: 'recall' }))
      expect(eventsOf(said)).toEqual([...begun, 'tool_completed', 'agent_completed'])
      const text = 'select attempts, state from agents_runs where id = $1'
      expect(await sql(app, text, [id])).toEqual([{ attempts: 2, state: 'completed' }])
      expect(await factsOf(userId)).toEqual([userId])
      await Promise.all([worker, frozen].map(each => each.process.kill()))
    },
    timeoutMs,
  )

  control(
    'pool-limits',
    'it keeps its run from all others by a lock that it holds for good',
    async () => {
      const { person, id, frozen } = await freezeInMidRun('pool-limits')
      const worker = await startWorker()
      await leaseOver(id)
      await whenIn(person, await post(person), 'done') // so the other worker works
      const text = 'select id from agents_runs where id = $1 for update skip locked'
      expect(await sql(app, text, [id])).toEqual([])
      await Promise.all([worker, frozen].map(each => each.process.kill()))
    },
    timeoutMs,
  )
})
