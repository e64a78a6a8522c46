import { median } from '../proxy/results.ts'

/** Three digits that count, more where they stand before the point. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits).replace(/\.0+$/, '')
}

/** The median, and between what it lies where there was more than one round. */
export function found(values: readonly number[]): string {
  const middle = number(median(values))
  if (values.length === 1) return middle
  return `${middle} (${number(Math.min(...values))} – ${number(Math.max(...values))})`
}
