import { LabError } from '../../lab/base/errors.ts'
import { type Haproxy, type Member, startHaproxy } from '../haproxy.ts'
import type { Proxies } from '../proxy.ts'
import type { ServerContext } from '../runtime/server-part.ts'
import type { Role, ServiceInstance } from './instance.ts'

const healthPath = '/health/traffic'
const healthyWithinMs = 30_000

/**
 * An HAProxy before all instances, each of which it reaches by a link of its own
 * (`balancer>shop-1.api`); resolves when it holds all for well.
 */
export async function startBalancer(
  context: ServerContext,
  proxies: Proxies,
  instances: readonly ServiceInstance[],
): Promise<Haproxy> {
  const members = (role: Role) =>
    Promise.all(instances.map(instance => memberOf(proxies, instance, role)))
  const balancer = await startHaproxy(context, {
    name: 'balancer',
    pools: [
      {
        name: 'realtime',
        members: await members('realtime'),
        healthPath,
        paths: ['/chat', '/agents', '/messages'],
      },
      { name: 'api', members: await members('api'), healthPath },
    ],
  })
  await healthy(context, balancer)
  return balancer
}

async function memberOf(
  proxies: Proxies,
  { name, ownUrl }: ServiceInstance,
  role: Role,
): Promise<Member> {
  const { hostname: host, port } = new URL(ownUrl(role))
  const path = { consumer: 'balancer', provider: `${name}.${role}`, protocol: 'tcp' } as const
  const link = await proxies.link({ ...path, upstream: { host, port: Number(port) } })
  return { name, host: link.listenHost, port: link.listenPort }
}

async function healthy({ clock, signal }: ServerContext, { admin, logFile }: Haproxy) {
  const deadline = clock.nowMs() + healthyWithinMs
  for (;;) {
    const ill = (await admin.members()).filter(({ status }) => status !== 'UP')
    if (ill.length === 0) return
    if (clock.nowMs() > deadline) {
      throw new LabError({
        code: 'members-ill',
        expected: `the balancer to hold every instance for well within ${healthyWithinMs} ms`,
        found: ill.map(({ pool, member, status }) => `${pool}/${member} ${status}`).join(', '),
        why: 'Clients would not reach them.',
        next: `see ${logFile} and the logs of the instances`,
      })
    }
    await clock.sleep(50, signal)
  }
}
