import { randomUUID } from 'node:crypto'
import { afterAll, describe, expect } from 'vitest'
import { AgentClient } from '../agents/agent-client.ts'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { faultOn } from '../link-fault.ts'
import { patience } from '../patience.ts'
import { eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'

let app: Application
let person: Client
test.beforeAll(async ({ warm }) => {
  const defenceSettings = { ...patience, 'transaction-retry': { attempts: 2 } }
  app = await startApplication(
    { instances: [['api', 'realtime']], config: { defenceSettings } },
    warm,
  )
  person = await signedIn(app)
})
afterAll(() => app?.[Symbol.asyncDispose]())

describe('PLT-04 a frame', () => {
  test.each([
    ['40001', 'too-contended'],
    ['40P01', 'too-contended'],
    ['55P03', 'too-contended'],
    ['25006', 'postgres-unavailable'],
    ['53100', 'postgres-unavailable'],
    ['57014', 'postgres-unavailable'],
    ['57P01', 'postgres-unavailable'],
  ])('is answered honestly while Postgres answers %s: %s', async (sqlState, code) => {
    using client = await AgentClient.of(person, app.instances[0])
    const id = randomUUID()
    {
      await using _fault = await faultOn(app, `${app.instances[0].name}>postgres`, {
        type: 'postgres_error',
        attributes: { match: { text: '*agents_runs*' }, code: sqlState },
      })
      client.send({ type: 'run', id, task: { tool: 'recall' } })
      const refused = await client.got(({ type, about }) => type === 'error' && about === id)
      expect(refused).toMatchObject({ code })
      expect(client.closed).toBeUndefined()
    }
    // Control: the same frame is taken when the database is itself again.
    client.send({ type: 'run', id, task: { tool: 'recall' } })
    const asked = () => sql(app, 'select 1 from agents_runs where id = $1', [id])
    await eventually(asked, rows => rows.length === 1)
  })
})
