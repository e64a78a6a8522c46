import { down } from '../faults/index.ts'
import { at, backToBaseline, bounded, type Checker } from '../lab/index.ts'
import type { CommonOptions } from './common-options.ts'
import type { Parts } from './parts.ts'
import type { Question } from './question.ts'

const cuts = 3
const firstMs = 500
const everyMs = 1_800
/** Until it is looked at what was given back, and then for a while. */
const calmMs = 11_000
/** What an instance may take that is no leak: a pool that has grown to its usual size, and its sockets. */
const poolOf = 12
const descriptorsOf = 60
const mb = 2 ** 20
/** Compiled code and a larger heap, of any runtime. */
const usualGrowth = 96 * mb

/**
 * Of a system with a server or a third party: whether its services give back what a spell of trouble made
 * them take. A leak needs trouble again and again to be seen, and calm afterwards to be told from a pool.
 */
export function ofLeaks(parts: Parts, options: CommonOptions): readonly Question[] {
  const others = [...parts.postgres, ...parts.redis, ...parts.upstreams]
  if (others.length === 0 || parts.services.length === 0) return []
  return [
    {
      name: 'leaks',
      title: 'What trouble makes the service take is given back when it is over',
      because:
        'A client that is made anew for each attempt, and a request that is kept until it is answered, end a process after a week of small troubles.',
      // One after the other: behind a server that is away nobody reaches the next.
      strikes: Array.from({ length: cuts }, (_, cut) =>
        others.map(({ name, select }, index) => {
          const atMs = firstMs + everyMs * (cut * others.length + index)
          return at(`${atMs}ms`, down(select), { for: '800ms', name: `${name}-cut-${cut + 1}` })
        }),
      ).flat(),
      ...{ from: `${others.at(-1)?.name}-cut-${cuts}`, cuts: true, baseline: '6s' },
      lasts: `${firstMs + everyMs * cuts * others.length + calmMs}ms`,
      checks: leakChecks(parts, options),
    },
  ]
}

function descriptors(name: string) {
  const slack = descriptorsOf
  return [
    `${name}-descriptors`,
    backToBaseline(name, 'descriptors', { within: '8s', slack }),
  ] as const
}

function leakChecks(parts: Parts, { memoryMb }: CommonOptions): Readonly<Record<string, Checker>> {
  const instances = parts.services.flatMap(service => service.instances)
  const slack = poolOf * instances.length
  const within = '8s'
  const growsAtMost = memoryMb === undefined ? usualGrowth : memoryMb * mb
  return Object.fromEntries([
    ...parts.postgres.map(({ name }) => {
      return [`${name}-sessions`, backToBaseline(name, 'sessions', { within, slack })] as const
    }),
    ...parts.redis.map(({ name }) => {
      return [`${name}-clients`, backToBaseline(name, 'clients', { within, slack })] as const
    }),
    ...instances.flatMap(({ name }) => [
      [`${name}-memory`, bounded(name, 'memoryBytes', { growsAtMost })] as const,
      // Other systems do not tell it of a process.
      ...(process.platform === 'linux' ? [descriptors(name)] : []),
    ]),
  ])
}
