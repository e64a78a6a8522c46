import { type Haproxy, startHaproxy } from '../../targets/haproxy.ts'
import { type Address, listenAddress, type Proxies, startProxies } from '../../targets/proxy.ts'
import type { Application, Instance } from '../../targets/scenarios/application.ts'
import { eventually } from '../../targets/scenarios/person.ts'

/** Requests of one balancer at an api process; more wait at the balancer. */
const atOnce = 64

/** An instance by the port it listens on itself: the balancer stands behind the clients' link. */
export interface Member extends Instance {
  readonly port: number
}

export interface Front {
  /** Where clients come in. */
  readonly door: Address
  readonly proxies: Proxies
  readonly balancer: Haproxy
}

/** A proxy for clients and a balancer behind it; resolves when that holds all for well. */
export async function openFront(
  { run }: Application,
  number: number,
  api: readonly Member[],
  realtime: readonly Member[],
): Promise<Front> {
  const healthPath = '/health/ready'
  const members = (instances: readonly Member[]) =>
    instances.map(({ name, port }) => ({ name, host: '127.0.0.1', port }))
  const balancer = await startHaproxy(run, {
    name: `haproxy-${number}`,
    pools: [
      { name: 'realtime', members: members(realtime), healthPath, paths: ['/chat'] },
      { name: 'api', members: members(api), healthPath, atOnce },
    ],
  })
  const proxies = await startProxies(run, `proxy-door-${number}`)
  const link = await proxies.link({
    consumer: 'client',
    provider: balancer.name,
    protocol: 'tcp',
    upstream: { host: balancer.host, port: balancer.port },
  })
  await eventually(
    () => balancer.admin.members(),
    members => members.every(({ status }) => status === 'UP'),
    10_000,
  )
  return { door: listenAddress(link), proxies, balancer }
}
