import { AsyncDisposableStack } from '../../lab/base/async-disposable-stack.ts'
import { LabError } from '../../lab/base/errors.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Context, Target } from '../../lab/model/target.ts'
import type { Endpoint } from '../../lab/workloads/endpoints.ts'
import { attachTo } from '../external/attach-to.ts'
import { startProxies } from '../proxy.ts'
import { isService, type Plans } from './plans.ts'
import {
  linksBetween,
  partOf,
  type RunningSystem,
  type SelectorOf,
  serviceOf,
} from './selectors.ts'
import type { ServicePlan } from './service.ts'
import { type RunningParts, startParts } from './start-parts.ts'

/** Names that a target has for itself. */
type Taken = 'name' | 'defences' | 'start' | 'plans' | 'links' | 'client' | 'port' | 'instance'

/** Holds a service to the parts that there are: each that its `env` names is one of them. */
type Checked<Parts extends Plans> = {
  readonly [Name in keyof Parts]: Name extends Taken
    ? `a part cannot be called ${Name}`
    : Parts[Name] extends ServicePlan<infer Names>
      ? string extends Names
        ? Parts[Name]
        : [Names] extends [keyof Parts]
          ? Parts[Name]
          : ServicePlan<Extract<keyof Parts, string>>
      : Parts[Name]
}

/** A target whose parts are selected by their names: `target.redis`, `target.api.instance(2)`. */
export type SystemTarget<Parts extends Plans> = Target<RunningSystem> & {
  readonly [Name in keyof Parts]: SelectorOf<Parts[Name]>
} & {
  /** As they were written. */
  readonly plans: Parts
  /** The links from one part (or `client`) to another; a service's are those of all its instances. */
  links(
    consumer: Extract<keyof Parts, string> | 'client',
    provider: Extract<keyof Parts, string>,
  ): Selector<RunningSystem, Linked>
}

export interface SystemOptions {
  /** For reports; default `system`. */
  readonly name?: string
  /** Where relative paths and commands begin; default the working directory. */
  readonly cwd?: string
}

/** A system of real servers and one's own services, each path between them through the proxy. */
export function system<const Parts extends Plans>(
  parts: Parts & Checked<Parts>,
  { name = 'system', cwd = process.cwd() }: SystemOptions = {},
): SystemTarget<Parts> {
  const plans: Parts = parts
  const target: Target<RunningSystem> = {
    name,
    defences: Object.values(plans).flatMap(plan =>
      isService(plan) ? Object.keys(plan.options.switches ?? {}) : [],
    ),
    refuses: runtime => (runtime === 'docker' ? 'it knows of no containers' : undefined),
    start: context => start(context, plans, cwd),
  }
  const selectors = Object.entries(plans).map(([part, plan]) => [
    part,
    isService(plan) ? serviceOf(part) : partOf(part, plan),
  ])
  // The keys are those of `plans`: what a loop over them makes the compiler cannot follow.
  return Object.assign(target, Object.fromEntries(selectors), {
    plans,
    links: linksBetween,
  }) as SystemTarget<Parts>
}

async function start(run: Context, plans: Plans, cwd: string): Promise<RunningSystem> {
  await using starting = new AsyncDisposableStack()
  const attached = starting.use(await attachTo(run))
  const context = { ...run, ...(attached && { attached }) }
  const proxies = starting.use(await startProxies(context))
  const parts = starting.use(await startParts(plans, context, proxies, cwd))
  const running = starting.move()
  return {
    links: proxies.links,
    parts,
    logs: parts.logs,
    meters: parts.meters,
    endpointsOf: service => endpointsOf(parts, service),
    describe: () => ({ ...parts.descriptions, proxy: context.proxy }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function endpointsOf(
  { services }: RunningParts,
  name?: string,
): readonly [Endpoint, ...Endpoint[]] {
  const reached = [...services].filter(([, { endpoints }]) => endpoints.length > 0)
  const found = name === undefined ? reached[0]?.[1] : services.get(name)
  const [first, ...others] = found?.endpoints ?? []
  if (!first || (name === undefined && reached.length > 1)) {
    const there = reached.map(([service]) => service).join(', ') || 'none'
    throw new LabError({
      code: 'no-such-service',
      expected:
        name === undefined
          ? 'one service that clients reach'
          : `${name} to be a service that clients reach`,
      found: there,
      why: 'Traffic must know where to go.',
      next: "Say which by `to: 'NAME'`.",
    })
  }
  return [first, ...others]
}
