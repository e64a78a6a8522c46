import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect, vi } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import { patience } from '../patience.ts'
import { eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'
import { AgentClient, eventsOf } from './agent-client.ts'

const five = [
  'agent_started',
  'agent_thinking',
  'tool_executing',
  'tool_completed',
  'agent_completed',
]
const recall = { tool: 'recall' }
const remember = (...facts: string[]) => ({ tool: 'remember', facts })

vi.setConfig({ testTimeout: 90_000 })

let app: Application
test.beforeAll(async ({ warm }) => {
  app = await startApplication({ config: { defenceSettings: patience } }, warm)
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** A new person on a web socket of one instance or the other. */
async function person(instance = app.instances[0]) {
  const account = await signedIn(app)
  return { account, agents: await AgentClient.of(account, instance) }
}

const factsOf = async (userId: string) => {
  const text = 'select fact from agents_facts where user_id = $1 order by fact'
  return (await sql<{ fact: string }>(app, text, [userId])).map(({ fact }) => fact)
}
const stateOf = async (id: string) =>
  (await sql<{ state: string }>(app, 'select state from agents_runs where id = $1', [id]))[0]?.state

describe('AGT-01 runs', () => {
  test('are kept, and go forwards only', async () => {
    const { account, agents } = await person()
    const id = agents.ask(remember('blue'))
    await agents.ended(id)
    expect(await stateOf(id)).toBe('completed')
    agents.ask(remember('green'), id) // the same run again is heard again, and not begun again
    const twice = () => Promise.resolve(agents.frames.filter(({ runId }) => runId === id))
    expect(eventsOf(await eventually(twice, all => all.length === 10))).toEqual([...five, ...five])
    expect(await stateOf(id)).toBe('completed')
    expect(await factsOf(account.userId)).toEqual(['blue'])
  })

  test('that fail leave nothing of what they did', async () => {
    const { account, agents } = await person()
    await agents.ended(agents.ask(remember('old')))
    const id = agents.ask(remember('new', 'newer', 'old'))
    const said = await agents.ended(id)
    expect(eventsOf(said)).toEqual([...five.slice(0, 3), 'agent_failed'])
    expect(said.at(-1)?.data).toEqual({ reason: 'One of these facts is known already.' })
    expect(await factsOf(account.userId)).toEqual(['old'])
    expect(await stateOf(id)).toBe('failed')
  })

  test('control: the same facts without the known one stay', async () => {
    const { account, agents } = await person()
    await agents.ended(agents.ask(remember('new', 'newer')))
    expect(await factsOf(account.userId)).toEqual(['new', 'newer'])
  })
})

describe('AGT-02 events', () => {
  test('are five, in order, each once, for many runs at once', async () => {
    const { agents } = await person()
    const ids = Array.from({ length: 8 }, () => agents.ask(recall))
    for (const id of ids) {
      const said = await agents.ended(id)
      expect(eventsOf(said)).toEqual(five)
      expect(said.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    }
  })

  test('go on after a reconnect, on another instance', async () => {
    const { account, agents } = await person()
    const id = agents.ask(recall)
    await agents.ended(id)
    using elsewhere = await AgentClient.of(account, app.instances[1] ?? app.instances[0])
    elsewhere.send({ type: 'follow', id, after: 2 })
    expect(eventsOf(await elsewhere.ended(id))).toEqual(five.slice(2))
  })

  test('control: one that the database has wrong is told wrong after a reconnect', async () => {
    const { account, agents } = await person()
    const id = agents.ask(recall)
    await agents.ended(id)
    const planted = 'update agents_events set type = $2 where run_id = $1 and seq = 4'
    await sql(app, planted, [id, 'tool_executing'])
    using elsewhere = await AgentClient.of(account, app.instances[1] ?? app.instances[0])
    elsewhere.send({ type: 'follow', id, after: 2 })
    expect(eventsOf(await elsewhere.ended(id))).toEqual([five[2], five[2], five[4]])
  })

  test.each([
    ['no JSON', 1007],
    ['{"type":"run"}', 1008],
    ['{"type":"run","id":"x","task":{"tool":"recall"}}', 1008],
    ['[]', 1008],
  ])('close the socket on %s', async (text, code) => {
    using agents = await AgentClient.open(app.instances[0])
    agents.send(text)
    await eventually(
      async () => agents.closed?.code,
      closed => closed === code,
    )
  })
})

describe('AGT-03 isolation', () => {
  test('people who run agents at once see only what is theirs', async () => {
    const people = await Promise.all(
      Array.from({ length: 5 }, (_, index) => person(app.instances[index % 2])),
    )
    const asked = people.map(({ account, agents }) =>
      agents.ask(remember(account.userId, 'shared')),
    )
    await Promise.all(people.map(({ agents }, index) => agents.ended(asked[index] ?? '')))
    for (const { account, agents } of people) {
      const id = agents.ask(recall)
      const said = await agents.ended(id)
      const facts = [account.userId, 'shared'].toSorted()
      expect(said[3]?.data).toEqual({ facts })
    }
    for (const [index, { agents }] of people.entries()) {
      const heard = new Set(agents.frames.flatMap(({ runId }) => runId ?? []))
      expect(heard.size).toBe(2)
      expect(heard).toContain(asked[index])
    }
  })

  test('control: a fact that leaks is told to whoever it does not belong to', async () => {
    const { account, agents } = await person()
    const leak = 'insert into agents_facts (user_id, fact) values ($1, $2)'
    await sql(app, leak, [account.userId, "another's"])
    const said = await agents.ended(agents.ask(recall))
    expect(said[3]?.data).toEqual({ facts: ["another's"] })
  })

  test('nobody follows or takes the run of another, or runs without signing in', async () => {
    const [one, other] = [await person(), await person()]
    const id = one.agents.ask(recall)
    await one.agents.ended(id)
    other.agents.send({ type: 'follow', id })
    expect(await other.agents.got(frame => frame.about === id)).toMatchObject({ code: 'not-found' })
    other.agents.ask(recall, id)
    using stranger = await AgentClient.open(app.instances[0])
    const unasked = stranger.ask(recall, randomUUID())
    const refused = await stranger.got(frame => frame.about === unasked)
    expect(refused).toMatchObject({ code: 'unauthenticated' })
    expect(other.agents.frames.filter(({ type }) => type === 'event')).toEqual([])
  })
})
