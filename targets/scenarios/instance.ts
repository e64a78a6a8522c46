import { z } from 'zod'
import type { Proxies } from '../proxy.ts'
import { type Launch, type Role, type ServiceInstance, startInstance } from '../shop/instance.ts'
import type { TestRun } from '../testing/test-run.ts'
import { Client } from './client.ts'

export type { Launch, Role }

const names = z.array(z.string()).default([])

/** Names, separated by commas, of measures that are off in every instance, whatever a scenario asks. */
const offEverywhere = process.env.LAB_DEFENCES_OFF?.split(',').filter(Boolean) ?? []

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
  const off = [...names.parse(plan.config.defencesOff), ...offEverywhere]
  const config = { ...plan.config, defencesOff: [...new Set(off)] }
  const instance = await startInstance(run, proxies, { ...plan, config })
  return Object.assign(instance, {
    client: (role: Role = 'api') => new Client(instance.url(role)),
  })
}
