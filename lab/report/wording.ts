import { called } from '../base/installation.ts'
import { spaced } from '../base/spaced.ts'
import type { Conclusion, JudgedLies } from '../verdict/conclusion.ts'

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

export function inNumber(value: number): string {
  return numbers.format(value)
}

/** Units that stand last in the name of a figure; one without is a count of what it names. */
const units: Readonly<Record<string, (value: number) => string>> = {
  Ms: value => `${inNumber(value)} ms`,
  Bytes: value => `${inNumber(value / 1024)} KiB`,
  PerSecond: value => `${inNumber(value)} per second`,
  Ratio: value => `${inNumber(100 * value)} %`,
  Share: value => `${inNumber(100 * value)} %`,
}

/** A figure as people read it: `outageMs: 2310` is `outage`, `2,310 ms`. */
export function inWords(figure: string, value: number): { name: string; text: string } {
  const [unit, words] = Object.entries(units).find(([unit]) => figure.endsWith(unit)) ?? []
  const name = unit === undefined ? figure : figure.slice(0, -unit.length)
  return { name: spaced(name), text: words ? words(value) : inNumber(value) }
}

/** The promise of a run, and whether it was kept: a title alone reads as if it always were. */
export function headline({ verdict, title }: Pick<Conclusion, 'verdict' | 'title'>): string {
  if (verdict === 'held') return title
  return `${verdict === 'broken' ? 'Not kept' : 'Not shown'}: ${title}`
}

/**
 * What happened, for the top of a report: the promise where it was kept; else what the first failed
 * check saw, or the first reason.
 */
export function happened({ verdict, title, reasons, checks }: Conclusion): string {
  const [reason] = reasons
  if (verdict === 'held' || !reason) return title
  const seen = reason.check === undefined ? undefined : checks[reason.check]?.witness?.what
  const [first = ''] = (seen ?? reason.text).split('\n')
  // A name or an id at its beginning stays as it is.
  return /^[a-z]+ /.test(first) ? `${first.charAt(0).toUpperCase()}${first.slice(1)}` : first
}

/** How a check did on lies planted in this very journal. */
export function lieWords({ told, found, noPlace }: JudgedLies): string {
  const rest = noPlace === 0 ? '' : `, ${noPlace} had no place`
  return `${found} of ${told} planted lies found${rest}`
}

/** Whether what this run shows can be proved by taking something away. */
export function proofWords({ experiment, unprovable, checks }: Conclusion): string {
  const open = unprovable.filter(name => name in checks)
  if (open.length === 0) return `${called(`prove ${experiment}`)} breaks each check on purpose`
  return `nothing breaks ${open.join(', ')} on purpose: held at best, never proved`
}
