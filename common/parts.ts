import type { Linked, Selector } from '../lab/model/capability.ts'
import {
  type InstancePart,
  instanceOf,
  isPostgres,
  isRedis,
  isService,
  isUpstream,
  type Plans,
  type PostgresPart,
  partOf,
  type RedisPart,
  type RunningSystem,
  serviceOf,
  type UpstreamPart,
} from '../targets/index.ts'

/** A part by its name, and how it is picked when a fault strikes. */
export interface Picked<Part> {
  readonly name: string
  readonly select: Selector<RunningSystem, Part>
}

/** The parts of a target by their kinds. */
export interface Parts {
  readonly postgres: readonly Picked<PostgresPart>[]
  readonly redis: readonly Picked<RedisPart>[]
  readonly upstreams: readonly Picked<UpstreamPart>[]
  readonly services: readonly (Picked<Linked> & {
    readonly instances: readonly Picked<InstancePart>[]
  })[]
}

export function partsOf({ plans }: { readonly plans: Plans }): Parts {
  const all = Object.entries(plans)
  return {
    postgres: all.flatMap(([name, plan]) =>
      isPostgres(plan) ? [{ name, select: partOf(name, plan) }] : [],
    ),
    redis: all.flatMap(([name, plan]) =>
      isRedis(plan) ? [{ name, select: partOf(name, plan) }] : [],
    ),
    upstreams: all.flatMap(([name, plan]) =>
      isUpstream(plan) ? [{ name, select: partOf(name, plan) }] : [],
    ),
    services: all.flatMap(([name, plan]) => {
      if (!isService(plan)) return []
      const instances = Array.from({ length: plan.options.instances ?? 1 }, (_, index) => {
        return { name: `${name}-${index + 1}`, select: instanceOf(name, index + 1) }
      })
      return [{ name, select: serviceOf(name), instances }]
    }),
  }
}
