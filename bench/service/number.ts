import { median } from '../shared/median.ts'

/** Three digits that count, more where they stand before the point. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toFixed(digits).replace(/\.0+$/, '')
}

/** The median, and between what it lies where the rounds differ. */
export function found(values: readonly number[]): string {
  const [least, middle, most] = [Math.min(...values), median(values), Math.max(...values)].map(
    number,
  )
  return least === most ? `${middle}` : `${middle} (${least} – ${most})`
}
