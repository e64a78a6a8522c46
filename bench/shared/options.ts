import { parseArgs } from 'node:util'
import { z } from 'zod'

/** What the benchmarks of figures are told on the command line. */
export interface Options {
  readonly rounds: number
  /** Names of measures; without, all. */
  readonly only?: readonly string[] | undefined
  /** The results' file name in `bench/results`, without its ending. */
  readonly out: string
}

/** Reads `[--rounds N] [--only A,B] [--out NAME]`. Throws on anything else. */
export function options(args: readonly string[], usual: { rounds: number; out: string }): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string' }, only: { type: 'string' }, out: { type: 'string' } },
  })
  return z
    .object({
      rounds: z.coerce.number().int().min(1).default(usual.rounds),
      only: z
        .string()
        .transform(names => names.split(','))
        .optional(),
      out: z
        .string()
        .regex(/^[\w-]+$/)
        .default(usual.out),
    })
    .parse(values)
}
