import { exact } from './words.ts'

/** What a figure is multiplied by for people, and the unit it then has. */
const scales: Readonly<Record<string, readonly [factor: number, unit: string]>> = {
  none: [1, ''],
  seconds: [1_000, 'ms'],
  bytes: [1 / 2 ** 20, 'MiB'],
  perSecond: [1, '/s'],
  bytesPerSecond: [1 / 2 ** 10, 'KiB/s'],
  share: [100, '%'],
}

export function scaleOf(unit: string): { readonly factor: number; readonly unit: string } {
  const [factor, name] = scales[unit] ?? [1, '']
  return { factor, unit: name }
}

/** A single figure with its unit; a moment as the time of the day. */
export function figure(value: number, unit: string): string {
  if (unit === 'time') return new Date(value).toLocaleTimeString()
  const { factor, unit: name } = scaleOf(unit)
  return `${exact(factor * value)}${name && ` ${name}`}`
}
