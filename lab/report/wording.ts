import type { Conclusion, JudgedLies } from '../verdict/conclusion.ts'

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })

export function inSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}

export function inNumber(value: number): string {
  return numbers.format(value)
}

/** A figure as people read it: `outageMs: 2310` is `outage`, `2,310 ms`. */
export function inWords(figure: string, value: number): { name: string; text: string } {
  const isTime = /Ms$/.test(figure)
  const name = figure
    .replace(/Ms$/, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return { name, text: isTime ? `${inNumber(value)} ms` : inNumber(value) }
}

/** The promise of a run, and whether it was kept: a title alone reads as if it always were. */
export function headline({ verdict, title }: Pick<Conclusion, 'verdict' | 'title'>): string {
  if (verdict === 'held') return title
  return `${verdict === 'broken' ? 'Not kept' : 'Not shown'}: ${title}`
}

/** How a check did on lies planted in this very journal. */
export function lieWords({ told, found, noPlace }: JudgedLies): string {
  const rest = noPlace === 0 ? '' : `, ${noPlace} had no place`
  return `${found} of ${told} planted lies found${rest}`
}

/** Whether what this run shows can be proved by taking something away. */
export function proofWords({ experiment, unprovable, checks }: Conclusion): string {
  const open = unprovable.filter(name => name in checks)
  if (open.length === 0) return `pnpm prove ${experiment} breaks each check on purpose`
  return `nothing breaks ${open.join(', ')} on purpose: held at best, never proved`
}
