import { LabError } from '../../lab/base/errors.ts'
import type { Link, Linked, Selector } from '../../lab/model/capability.ts'
import type { WithServices } from '../../lab/workloads/endpoints.ts'
import type { PartPlan } from './part-plan.ts'
import type { InstancePart, ServicePlan } from './service.ts'
import type { RunningParts } from './start-parts.ts'

/** A system that runs, and its parts by name. */
export interface RunningSystem extends WithServices {
  readonly parts: RunningParts
}

/** Of a service: all its links, for faults on the network, and its processes one by one. */
export interface ServiceSelector extends Selector<RunningSystem, Linked> {
  /** A process of it, from 1. */
  instance(number: number): Selector<RunningSystem, InstancePart>
}

/** What a fault may be aimed at, by the kind of part. */
export type SelectorOf<OnePlan> =
  OnePlan extends PartPlan<infer Part>
    ? Selector<RunningSystem, Part>
    : OnePlan extends ServicePlan
      ? ServiceSelector
      : never

/** The server of this name, as what its plan makes. */
export function partOf<Part extends Linked>(
  name: string,
  _plan: PartPlan<Part>,
): Selector<RunningSystem, Part> {
  // The map of parts holds every kind; under this name is what this plan has started.
  return labelled(name, ({ parts }) => partNamed(parts, name).pick() as Part | Promise<Part>)
}

export function serviceOf(name: string): ServiceSelector {
  const all = labelled(name, ({ parts }): Linked => {
    return { name, links: serviceNamed(parts, name).instances.flatMap(({ links }) => links) }
  })
  return Object.assign(all, { instance: (number: number) => instanceOf(name, number) })
}

/** One process of a service, from 1. */
export function instanceOf(name: string, number: number): Selector<RunningSystem, InstancePart> {
  return labelled(`${name}-${number}`, ({ parts }) => {
    const { instances } = serviceNamed(parts, name)
    const found = instances[number - 1]
    if (!found) throw absent(`instance ${number} of ${name}`, `${instances.length} of them`)
    return found
  })
}

/** The links from one part to another, or from `client`. */
export function linksBetween(consumer: string, provider: string): Selector<RunningSystem, Linked> {
  const label = `${consumer} → ${provider}`
  return labelled(label, ({ links }) => {
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

function labelled<Part>(
  label: string,
  select: (system: RunningSystem) => Part | Promise<Part>,
): Selector<RunningSystem, Part> {
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
