import { AsyncDisposableStack } from '../../lab/base/async-disposable-stack.ts'
import { LabError } from '../../lab/base/errors.ts'
import type { Linked } from '../../lab/model/capability.ts'
import type { Meter } from '../../lab/model/meter.ts'
import type { ServiceLog } from '../../lab/model/service-log.ts'
import type { Proxies } from '../proxy.ts'
import type { Setting, StartedPart } from './part-plan.ts'
import { isService, type Plans } from './plans.ts'
import type { Reach } from './reach.ts'
import { startOrder } from './start-order.ts'
import {
  type PreparedService,
  partsRead,
  prepareService,
  type StartedService,
  startService,
} from './start-service.ts'
import { Wires } from './wires.ts'

/** All parts of a system that runs, by name. */
export interface RunningParts extends AsyncDisposable {
  readonly servers: ReadonlyMap<string, StartedPart<Linked>>
  readonly services: ReadonlyMap<string, StartedService>
  readonly logs: readonly ServiceLog[]
  readonly meters: readonly Meter[]
  readonly descriptions: Readonly<Record<string, string>>
}

/** Servers first, side by side; then each service once those that it reads of have started. */
export async function startParts(
  plans: Plans,
  context: Setting['context'],
  proxies: Proxies,
  cwd: string,
): Promise<RunningParts> {
  await using starting = new AsyncDisposableStack()
  const wires = new Wires(proxies)
  const servers = new Map<string, StartedPart<Linked>>()
  const prepared = new Map<string, PreparedService>()
  await allOf(
    Object.entries(plans).map(async ([name, plan]) => {
      const setting: Setting = { name, context, wires, cwd }
      if (isService(plan)) prepared.set(name, await prepareService(plan, setting))
      else servers.set(name, starting.use(await plan.start(setting)))
    }),
  )
  const find = (name: string) =>
    servers.get(name) ?? prepared.get(name) ?? unknown(name, Object.keys(plans))
  const services = await startServices(prepared, find, starting)
  const running = starting.move()
  return {
    servers,
    services,
    logs: [...services.values()].flatMap(({ logs }) => logs),
    meters: [...servers.values(), ...services.values()].flatMap(({ meters }) => meters),
    descriptions: Object.fromEntries([
      ...[...servers].map(([name, { description }]) => [name, description] as const),
      ...[...services].map(([name, one]) => [name, `${one.instances.length} processes`] as const),
    ]),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

interface Reachable {
  readonly direct: Reach
  reachBy(consumer: string): Promise<Reach>
}

async function startServices(
  prepared: ReadonlyMap<string, PreparedService>,
  find: (name: string) => Reachable,
  starting: AsyncDisposableStack,
): Promise<ReadonlyMap<string, StartedService>> {
  const reads = new Map(
    [...prepared].map(([name, one]) => [name, partsRead(one, other => find(other).direct)]),
  )
  const services = new Map<string, StartedService>()
  const begun = new Map<string, Promise<void>>()
  for (const name of startOrder(reads)) {
    const own = prepared.get(name)
    const needs = reads.get(name) ?? []
    const before = needs.map(need => begun.get(need))
    const start = async () => {
      await Promise.all(before)
      if (!own) return
      const reachBy = (consumer: string, other: string) => find(other).reachBy(consumer)
      services.set(name, starting.use(await startService(own, needs, reachBy)))
    }
    begun.set(name, start())
  }
  await allOf([...begun.values()])
  return services
}

/** What has started must be known before the first failure is told, so that it can be ended. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const settled = await Promise.allSettled(work)
  for (const one of settled) if (one.status === 'rejected') throw one.reason
}

function unknown(name: string, there: readonly string[]): never {
  throw new LabError(
    {
      code: 'no-such-part',
      expected: `the parts that env reads to be in the system: ${there.join(', ')}`,
      found: name,
      why: 'The service would be told of a server that is not there.',
      next: 'Correct the name in env, or add the part.',
    },
    'usage',
  )
}
