import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ruleFile } from '../../dashboards/alerts/rule-file.ts'
import { rules } from '../../dashboards/alerts/rules.ts'
import { AsyncDisposableStack } from '../../lab/base/async-disposable-stack.ts'
import { alertSwitch } from '../../lab/model/alerts.ts'
import type { Context } from '../../lab/model/target.ts'
import { type Prometheus, type ScrapeJob, startPrometheus } from '../prometheus.ts'
import type { Proxies } from '../proxy.ts'
import type { RedisNode } from '../runtime/redis-node.ts'
import type { ServiceInstance } from './instance.ts'
import { serveRedisMetrics } from './redis-metrics.ts'

/** Switches that leave out an alert rule. */
export const alertSwitches: readonly string[] = rules.map(({ name }) => alertSwitch(name))

interface Watched {
  readonly proxies: Proxies
  readonly instances: readonly ServiceInstance[]
  readonly workers: readonly ServiceInstance[]
  readonly nodes: readonly RedisNode[]
}

/**
 * A real Prometheus that scrapes every process past any link, each second, and evaluates the alert
 * rules with the windows of the lab; those whose switch is off are left out.
 */
export async function startMonitoring(
  context: Context,
  { proxies, instances, workers, nodes }: Watched,
): Promise<Prometheus> {
  await using starting = new AsyncDisposableStack()
  const redis = starting.use(await serveRedisMetrics(nodes))
  const leftOut = rules
    .map(({ name }) => name)
    .filter(name => context.defencesOff.includes(alertSwitch(name)))
  const file = join(context.scratchFolder, 'alerts.json')
  await writeFile(file, JSON.stringify(ruleFile('lab', leftOut), undefined, 2))
  const { metricsAddress } = context
  const scrape: readonly ScrapeJob[] = [
    {
      job: 'shop',
      targets: [
        ...instances.map(({ name, ownUrl }) => targetOf(name, ownUrl('api'))),
        ...workers.map(({ name, ownUrl }) => targetOf(name, ownUrl('worker'))),
      ],
    },
    { job: 'redis', targets: [redis.address] },
    { job: 'proxy', targets: [new URL(await proxies.url).host] },
    ...(metricsAddress === undefined ? [] : [{ job: 'lab', targets: [metricsAddress] }]),
  ]
  const prometheus = await startPrometheus(context, { scrape, ruleFiles: [file] })
  const rest = starting.move()
  const stop = prometheus[Symbol.asyncDispose].bind(prometheus)
  return Object.assign(prometheus, {
    [Symbol.asyncDispose]: async () => {
      await stop()
      await rest.disposeAsync()
    },
  })
}

function targetOf(instance: string, url: string) {
  return { instance, address: new URL(url).host }
}
