import { Refusal } from './refusal.ts'

export interface Ramp {
  /** Of the settings: a number, or a duration such as `200ms`. */
  readonly field: string
  /** Its last value, in the same unit. */
  readonly to: string
  readonly steps: number
}

type Settings = Readonly<Record<string, unknown>>

/**
 * The settings of a step, from 1 to `steps`: the field grows evenly from what the settings say.
 * @throws {Refusal} where it is neither a number nor a duration, or changes its unit on the way.
 */
export function settingsOfStep<Given extends Settings>(
  settings: Given,
  { field, to, steps }: Ramp,
  step: number,
): Given {
  const given = settings[field]
  const from = measureOf(`${given ?? ''}`)
  const last = measureOf(to)
  if (!from || !last || from.unit !== last.unit) {
    const why = `${field} goes from '${given}' to '${to}', which are no two numbers of one unit`
    throw new Refusal('invalid', [why])
  }
  const share = (step - 1) / (steps - 1)
  const value = from.value + share * (last.value - from.value)
  const rounded =
    Number.isInteger(from.value) && from.unit === '' && Number.isInteger(last.value)
      ? Math.round(value)
      : Math.round(1_000 * value) / 1_000
  return { ...settings, [field]: from.unit === '' ? rounded : `${rounded}${from.unit}` }
}

function measureOf(text: string): { readonly value: number; readonly unit: string } | undefined {
  const [, value, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text.trim()) ?? []
  return value === undefined ? undefined : { value: Number(value), unit }
}
