import { z } from 'zod'
import { type Duration, parseDuration } from '../../lab/base/duration.ts'

/** No settings at all. */
export const none = z.object({})

/** A duration as people write it, at most an hour. */
export function duration(says: string, usual: Duration) {
  return z
    .string()
    .regex(/^\d+(\.\d+)?(ms|s|m)$/, 'expected a duration such as 200ms, 5s or 2m')
    .refine(text => isBounded(text), 'expected at most an hour')
    .meta({ title: says, format: 'duration' })
    .default(usual)
    .transform((text): Duration => `${parseDuration(text)}ms`)
}

function isBounded(text: string): boolean {
  try {
    return parseDuration(text) <= 3_600_000
  } catch {
    return false
  }
}

/** A text that may match anything: empty is left out. */
export function glob(says: string) {
  return z
    .string()
    .max(200)
    .default('')
    .meta({ title: says, examples: ['*'] })
}

export function whole(says: string, usual: number, least: number, most: number) {
  return z.int().min(least).max(most).default(usual).meta({ title: says })
}

export function share(says: string, usual: number) {
  return z.number().min(0.001).max(1).default(usual).meta({ title: says })
}

export function choice<const Words extends readonly [string, ...string[]]>(
  says: string,
  words: Words,
) {
  return z.enum(words).meta({ title: says }).default(words[0])
}

/** What every fault at single messages may be asked. */
export const hits = {
  share: share('Share of the messages that match', 1),
  first: whole('At most so many (0: no limit)', 0, 0, 1_000_000),
}

/** As they are filled in. */
export interface Hits {
  readonly share: number
  readonly first: number
}

export function hitsOf(asked: Hits) {
  const chosen = {
    ...(asked.share < 1 && { probability: asked.share }),
    ...(asked.first > 0 && { first: asked.first }),
  }
  return Object.keys(chosen).length === 0 ? {} : { hits: chosen }
}

/** Without the texts that were left empty. */
export function on<Match extends Readonly<Record<string, string>>>(match: Match): Partial<Match> {
  const asked = Object.entries(match).filter(([, text]) => text !== '')
  return Object.fromEntries(asked) as Partial<Match>
}
