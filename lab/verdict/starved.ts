import type { EntryOf, Facts } from './facts.ts'

/**
 * What waits longer than this of a second for a processor is late by the machine's fault. The
 * processes of a run want the same cores at the same moment too: with two cores and no neighbour up to
 * 375 ms were seen in 27 runs while they were hurt, with neighbours 600 ms.
 */
export const starvedMs = 400

/** The longest that a process of the run waited for a processor, in ms of a second. */
export interface Starved {
  readonly of: string
  readonly waitedMs: number
}

/**
 * The process that this machine let wait the longest in a stretch of the run; undefined where none
 * waited longer than `starvedMs` in any second. What a fault slows down on purpose is left out.
 */
export function starvedIn(facts: Facts, fromMs: number, toMs: number): Starved | undefined {
  const samples = facts.of('resources').filter(({ figures }) => figures.waitedMs !== undefined)
  const worst = [...Map.groupBy(samples, ({ of }) => of).values()]
    .flatMap(waits)
    .filter(wait => wait.sinceMs <= toMs && wait.atMs >= fromMs && !isHurt(facts, wait))
    .reduce<Wait | undefined>(
      (most, wait) => (wait.waitedMs > (most?.waitedMs ?? starvedMs) ? wait : most),
      undefined,
    )
  return worst && { of: worst.of, waitedMs: Math.round(worst.waitedMs) }
}

/** Between two samples, made to a second. */
interface Wait extends Starved {
  readonly sinceMs: number
  readonly atMs: number
}

function waits(samples: readonly EntryOf<'resources'>[]): readonly Wait[] {
  return samples.slice(1).map(({ of, atMs, figures }, index) => {
    const before = samples[index]
    const sinceMs = before?.atMs ?? atMs
    // One that was started again counts from nothing.
    const moreMs = Math.max(0, (figures.waitedMs ?? 0) - (before?.figures.waitedMs ?? 0))
    return { of, sinceMs, atMs, waitedMs: (1_000 * moreMs) / Math.max(1_000, atMs - sinceMs) }
  })
}

function isHurt({ faults }: Facts, { of, sinceMs, atMs }: Wait): boolean {
  return faults.some(
    ({ touches = [], plannedAtMs = Number.POSITIVE_INFINITY, healedAtMs }) =>
      touches.includes(of) &&
      plannedAtMs <= atMs &&
      (healedAtMs ?? Number.POSITIVE_INFINITY) >= sinceMs,
  )
}

/** `shop-1 waited 412 ms of a second for a processor`. */
export function sayStarved({ of, waitedMs }: Starved): string {
  return `${of} waited ${waitedMs} ms of a second for a processor`
}
