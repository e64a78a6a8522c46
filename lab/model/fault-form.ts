import { z } from 'zod'
import type { Selector } from './capability.ts'
import type { Fault } from './fault.ts'
import type { LabSystem } from './target.ts'

/** A part of a running system that faults may strike; what else it has says what can be done to it. */
export interface StrikablePart {
  /** Unique in its system: `redis`, `shop-1`, `shop-1>redis`. */
  readonly name: string
}

/** What a fault needs of a part, told from the part itself. */
export interface PartNeed<Part extends StrikablePart> {
  /** For people: `a process`, `links that speak redis`. */
  readonly says: string
  is(part: StrikablePart): part is Part
}

/** A fault that can be chosen and filled in while a system runs. */
export interface FaultForm {
  /** The fault's function: `latency`. */
  readonly name: string
  /** `network`, `process`, `redis`, …: where a list shows it. */
  readonly family: string
  /** One line for the person who chooses. */
  readonly says: string
  /** What it strikes, for people. */
  readonly strikes: string
  /** JSON Schema of the settings, whose defaults make a fault as they are. */
  readonly schema: Readonly<Record<string, unknown>>
  accepts(part: StrikablePart): boolean
  /**
   * The settings as the fault takes them, with the defaults filled in.
   * @throws {z.ZodError} for what the fault does not take.
   */
  parse(settings: unknown): Readonly<Record<string, unknown>>
  /** @throws {z.ZodError} for settings it does not take. The part is asked for as the fault strikes. */
  make(select: Selector<LabSystem, StrikablePart>, settings: unknown): Fault
}

/** A form whose schema, need and maker fit each other: the compiler sees to it. */
export function faultForm<Part extends StrikablePart, Settings extends z.ZodObject>({
  name,
  family,
  says,
  of,
  settings,
  make,
}: {
  readonly name: string
  readonly family: string
  readonly says: string
  readonly of: PartNeed<Part>
  readonly settings: Settings
  readonly make: (select: Selector<LabSystem, Part>, settings: z.output<Settings>) => Fault
}): FaultForm {
  return {
    name,
    family,
    says,
    strikes: of.says,
    schema: z.toJSONSchema(settings, { io: 'input' }),
    accepts: part => of.is(part),
    parse: given => settings.strict().parse(given),
    make: (select, given) => {
      const checked = async (system: LabSystem) => {
        const part = await select(system)
        if (of.is(part)) return part
        throw new TypeError(`${name} strikes ${of.says}, and ${part.name} is something else.`)
      }
      const { label } = select
      const labelled = label === undefined ? checked : Object.assign(checked, { label })
      settings.strict().parse(given)
      return make(labelled, settings.parse(given))
    },
  }
}
