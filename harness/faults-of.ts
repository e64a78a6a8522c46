import type { Selector } from '../lab/model/capability.ts'
import type { Fault } from '../lab/model/fault.ts'
import type { LabSystem } from '../lab/model/target.ts'
import type { FaultInForce } from './fault-in-force.ts'

/**
 * A module's faults as methods: each takes what the fault takes, without the part, and puts it in force
 * at once. What says which messages are hit may be written flat: `{ statement: 'COMMIT', hits: once() }`
 * is `{ on: { statement: 'COMMIT' }, hits: once() }`.
 */
export type FaultsOf<Makers> = {
  readonly [Name in keyof Makers]: Makers[Name] extends (
    select: infer _Select,
    ...rest: infer Rest
  ) => infer _Fault
    ? (...rest: { [At in keyof Rest]: Flat<Rest[At]> }) => Promise<FaultInForce>
    : never
}

/** Both ways of writing. */
type Flat<Argument> = 'on' extends keyof NonNullable<Argument>
  ? Argument | Unfolded<NonNullable<Argument>>
  : Argument

type Unfolded<Which> = Which extends { readonly on?: infer Match }
  ? Omit<Which, 'on'> & NonNullable<Match>
  : never

/** Puts a fault in force; what `Scope` gives to every part. */
export type PutInForce = (fault: Fault) => Promise<FaultInForce>

type Maker = (select: Selector<LabSystem, never>, ...rest: readonly unknown[]) => Fault

/**
 * The methods for one part.
 * @param kind `messages`: the last argument of each says which messages, and may be flat.
 */
export function faultsOf<Makers extends object>(
  makers: Makers,
  kind: 'messages' | 'other',
  part: { readonly name: string },
  putInForce: PutInForce,
): FaultsOf<Makers> {
  const select: Selector<LabSystem, never> = Object.assign(() => part as never, {
    label: part.name,
  })
  const methods = Object.entries(makers).map(([name, maker]: [string, Maker]) => {
    // The parameters before the first that has a default, without the part.
    const whichAt = kind === 'messages' ? maker.length - 1 : undefined
    const method = (...rest: readonly unknown[]) =>
      putInForce(maker(select, ...rest.map((one, at) => (at === whichAt ? folded(one) : one))))
    return [name, method] as const
  })
  return Object.fromEntries(methods) as FaultsOf<Makers>
}

/** `{ statement, hits }` as `{ on: { statement }, hits }`; anything else as it is. */
function folded(argument: unknown): unknown {
  if (typeof argument !== 'object' || argument === null || 'on' in argument) return argument
  const { hits, which, ...on } = argument as { hits?: unknown; which?: unknown }
  return {
    ...(hits !== undefined && { hits }),
    ...(which !== undefined && { which }),
    ...(Object.keys(on).length > 0 && { on }),
  }
}
