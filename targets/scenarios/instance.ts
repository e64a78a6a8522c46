import type { Proxies } from '../proxy.ts'
import { type Launch, type Role, type ServiceInstance, startInstance } from '../shop/instance.ts'
import type { TestRun } from '../testing/test-run.ts'
import { Client } from './client.ts'

export type { Launch, Role }

/** An instance of the service that a scenario can ask. */
export interface Instance extends ServiceInstance {
  /** A client of this instance, with no session yet. */
  client(role?: Role): Client
}

export async function spawnInstance(
  run: TestRun,
  proxies: Proxies,
  plan: Parameters<typeof startInstance>[2],
): Promise<Instance> {
  const instance = await startInstance(run, proxies, plan)
  return Object.assign(instance, {
    client: (role: Role = 'api') => new Client(instance.url(role)),
  })
}
