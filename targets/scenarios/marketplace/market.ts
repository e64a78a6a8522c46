import type { DefenceName, SettingsOverrides } from '../../service/defences.ts'
import type { Application } from '../application.ts'
import type { Answer, Client } from '../client.ts'
import { at } from '../person.ts'

export const route = 'GET /products/:sku'
export const lamp = '/v1/marketplace/products/lamp'
export const deadlineMs = 800
export const hurried = { headers: { 'x-deadline-ms': `${deadlineMs}` } }
/** What a busy machine may add to any answer. */
export const schedulingMs = 400

/**
 * The same person at an instance of its own with measures switched off, copies among them: they
 * hide what most tests ask.
 */
export async function startBuyer(
  app: Application,
  person: Client,
  name: string,
  off: readonly DefenceName[] = [],
  defenceSettings: SettingsOverrides = {},
): Promise<Client> {
  const defencesOff: DefenceName[] = ['marketplace-copies', ...off]
  const instance = await app.startInstance(name, ['api'], { defencesOff, defenceSettings })
  return at(instance, person)
}

export function buy(
  by: Client,
  sku: string,
  key: string,
  { quantity = 1, headers: others = {} }: { quantity?: number; headers?: object } = {},
): Promise<Answer> {
  const headers = { ...others, 'idempotency-key': key }
  return by.post('/v1/marketplace/orders', { sku, quantity }, { headers })
}

/** How many requests reach the marketplace meanwhile. */
export async function attemptsBy(app: Application, work: () => Promise<unknown>): Promise<number> {
  const before = (await app.marketplace.attempts()).attempts.length
  await work()
  return (await app.marketplace.attempts()).attempts.length - before
}
