import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { Gate } from '../gate.ts'
import { eventually, signedIn, sql } from '../person.ts'
import { AgentClient, eventsOf } from './agent-client.ts'

const timeoutMs = 90_000
const toolDone = { table: 'agents_runs', when: "new.state = 'executed'" }
const begun = ['agent_started', 'agent_thinking', 'tool_executing']
const defenceSettings = {
  'agent-takeover': { leaseMs: 1_000, attempts: 2 },
  'pool-limits': { acquireMs: 8_000, statementMs: 60_000 },
  'request-deadline': { defaultMs: 8_000 },
}

let app: Application
beforeAll(async () => {
  app = await startApplication({ instances: [['api', 'realtime']], config: { defenceSettings } })
})
afterAll(() => app?.[Symbol.asyncDispose]())

function startWorker(...defencesOff: readonly string[]): Promise<Instance> {
  const name = `worker-${randomUUID().slice(0, 8)}`
  return app.startInstance(name, ['worker'], { defencesOff })
}

/** A person whose run is in the hands of a worker that dies in the middle of its tool. */
async function dieInMidRun(times: number, ...defencesOff: readonly string[]) {
  const { userId, token } = await signedIn(app)
  const agents = await AgentClient.of(
    Object.assign(app.instances[0].client(), { token }),
    app.instances[0],
  )
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
      const text = 'select state, lease_until < now() as free from agents_runs where id = $1'
      await eventually(
        async () => (await sql<{ free: boolean }>(app, text, [id]))[0]?.free,
        free => free === true,
      )
      const worker = await startWorker('agent-takeover')
      await agents.ended(agents.ask({ tool: 'recall' }))
      expect(await sql(app, text, [id])).toEqual([{ state: 'executing', free: true }])
      await worker.process.kill()
    },
    timeoutMs,
  )
})
