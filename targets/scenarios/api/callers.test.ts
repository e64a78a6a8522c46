import { afterAll, describe, expect } from 'vitest'
import { type Application, type Instance, startApplication } from '../application.ts'
import { control } from '../control.ts'
import { test } from '../warm.ts'

let app: Application
let careless: Instance
test.beforeAll(async ({ warm }) => {
  // Slower than the hasty wait, which is all that is tried.
  const attemptMs = 4_000
  // Copies would be shown instead of refusals.
  const defencesOff = ['marketplace-copies']
  const defenceSettings = {
    'marketplace-timeouts': { connectMs: attemptMs, headMs: attemptMs, attemptMs },
  }
  app = await startApplication(
    { instances: [['api']], peers: ['marketplace'], config: { defenceSettings, defencesOff } },
    warm,
  )
  careless = await app.startInstance('careless', ['api'], {
    defencesOff: [...defencesOff, 'hasty-callers'],
  })
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** What patient callers are told while others wait less than the marketplace takes to answer. */
async function besideHaste(instance: Instance): Promise<readonly number[]> {
  const slow = await app.marketplace.admin.post({ kind: 'slow', delayMs: 300 })
  const client = instance.client()
  const ask = (deadlineMs: number) => {
    const headers = { 'x-deadline-ms': `${deadlineMs}` }
    return client.get('/v1/marketplace/products/lamp', { headers })
  }
  const hasty = await Promise.all(Array.from({ length: 30 }, () => ask(200)))
  expect(hasty.map(({ body }) => body.code)).toContain('deadline-exceeded')
  const patient = await Promise.all(Array.from({ length: 5 }, () => ask(8_000)))
  await app.marketplace.admin.heal(slow)
  return patient.map(({ status }) => status)
}

describe('API-04 callers in haste', () => {
  test('are refused, and do not make patient ones be refused', async () => {
    expect(await besideHaste(app.instances[0])).toEqual(Array(5).fill(200))
  })

  control('hasty-callers', 'the circuit breaker opens for everybody', async () => {
    expect(await besideHaste(careless)).toEqual(Array(5).fill(503))
  })
})
