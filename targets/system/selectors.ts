import { LabError } from '../../lab/base/errors.ts'
import type { Link, Linked, Selector } from '../../lab/model/capability.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { WithServices } from '../../lab/workloads/endpoints.ts'
import type { PartPlan } from './part-plan.ts'
import { isService, type Plan, type Plans } from './plans.ts'
import type { InstancePart, ServicePlan } from './service.ts'
import type { RunningParts } from './start-parts.ts'

/** The parts that run, by the names they have in the plan. */
export interface RunningSystem<Parts extends Plans> extends WithServices {
  readonly parts: RunningParts
  /** Only for the compiler: what the system is made of. */
  readonly plans: Parts
}

/** What a fault may be aimed at, by the kind of part. */
export type PartOf<OnePlan> = OnePlan extends PartPlan<infer Part> ? Part : Linked

/** Of a service: all its links, for faults on the network, and its processes one by one. */
export interface ServiceSelector<S extends LabSystem> extends Selector<S, Linked> {
  /** A process of it, from 1. */
  instance(number: number): Selector<S, InstancePart>
}

export type SelectorOf<S extends LabSystem, OnePlan> = OnePlan extends ServicePlan
  ? ServiceSelector<S>
  : Selector<S, PartOf<OnePlan>>

/** Of one part: what a fault that strikes is aimed at. */
export function selectorOf<Parts extends Plans>(name: string, plan: Plan) {
  if (!isService(plan)) {
    return labelled(name, (system: RunningSystem<Parts>) => partNamed(system.parts, name).pick())
  }
  const all = labelled(name, ({ parts }: RunningSystem<Parts>): Linked => {
    return { name, links: serviceNamed(parts, name).instances.flatMap(({ links }) => links) }
  })
  const instance = (number: number) =>
    labelled(`${name}-${number}`, ({ parts }: RunningSystem<Parts>) => {
      const { instances } = serviceNamed(parts, name)
      const found = instances[number - 1]
      if (!found) throw absent(`instance ${number} of ${name}`, `${instances.length} of them`)
      return found
    })
  return Object.assign(all, { instance })
}

/** Of the links from one part to another, or from `client`. */
export function linksBetween<Parts extends Plans>(consumer: string, provider: string) {
  const label = `${consumer} → ${provider}`
  return labelled(label, ({ links }: RunningSystem<Parts>): Linked => {
    const found = links.filter(
      link => isOf(link.consumer, consumer) && isOf(link.provider, provider),
    )
    if (found.length === 0) throw absent(`a link ${label}`, namesOf(links))
    return { name: label, links: found }
  })
}

/** A part by its name, or one of its instances or nodes. */
function isOf(name: string, part: string): boolean {
  return name === part || (name.startsWith(`${part}-`) && /^\d+$/.test(name.slice(part.length + 1)))
}

function namesOf(links: readonly Link[]): string {
  return links.map(({ name }) => name).join(', ') || 'none: no service reads of another in its env'
}

function partNamed({ servers }: RunningParts, name: string) {
  const found = servers.get(name)
  if (!found) throw absent(name, [...servers.keys()].join(', '))
  return found
}

function serviceNamed({ services }: RunningParts, name: string) {
  const found = services.get(name)
  if (!found) throw absent(name, [...services.keys()].join(', '))
  return found
}

function labelled<S, Part>(
  label: string,
  select: (system: S) => Part | Promise<Part>,
): Selector<S, Part> {
  return Object.assign(select, { label })
}

function absent(expected: string, found: string): LabError {
  return new LabError({
    code: 'no-such-part',
    expected: `${expected} in this system`,
    found,
    why: 'A fault on a part that is not there would hurt nothing.',
    next: 'Give the system this part, or hurt another.',
  })
}
