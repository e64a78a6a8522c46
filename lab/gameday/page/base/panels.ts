import type { Sample } from '../../../journal/sample.ts'

/** One line of a plot. Undefined: there was nothing to measure. */
export interface Line {
  readonly name: string
  readonly of: (sample: Sample, before: Sample | undefined) => number | undefined
  /** A colour of the style: `--ok`. */
  readonly colour: string
}

export interface Panel {
  readonly title: string
  readonly unit: string
  /** The lines there are, in these samples. */
  readonly lines: (samples: readonly Sample[]) => readonly Line[]
}

const palette = ['--line-0', '--line-1', '--line-2', '--line-3', '--line-4', '--line-5', '--line-6']
/** Of the line of this place. */
export const colour = (index: number) => palette[index % palette.length] ?? '--line-0'
const names = (samples: readonly Sample[], of: (sample: Sample) => object) =>
  [...new Set(samples.flatMap(sample => Object.keys(of(sample))))].sort()

/** What is drawn, from the clients' side down to the machine's. */
export const panels: readonly Panel[] = [
  {
    title: 'Answers a second',
    unit: '/s',
    lines: samples => [
      ...names(samples, ({ traffic }) => traffic).map((name, i): Line => {
        return { name: `${name} ok`, of: ({ traffic }) => traffic[name]?.[0], colour: colour(i) }
      }),
      {
        name: 'not ok',
        of: ({ traffic }) => sum(Object.values(traffic), ([, fail, info]) => fail + info),
        colour: '--bad',
      },
    ],
  },
  {
    title: 'Latency, 95th percentile',
    unit: 'ms',
    lines: samples =>
      names(samples, ({ traffic }) => traffic).map((name, i): Line => {
        const of = ({ traffic }: Sample) => {
          const p95 = traffic[name]?.[4]
          return p95 === undefined || p95 < 0 ? undefined : p95
        }
        return { name, of, colour: colour(i) }
      }),
  },
  {
    title: 'At the wire: requests to each dependency',
    unit: '/s',
    lines: samples => {
      const providers = [...new Set(names(samples, ({ wire }) => wire).map(providerOf))]
      const inner = providers.filter(name => !name.includes('.'))
      return [
        ...inner.map((name, i): Line => {
          return {
            name,
            of: ({ wire }) => sum(to(wire, name), ([requests]) => requests),
            colour: colour(i),
          }
        }),
        {
          name: 'errors',
          of: ({ wire }) => sum(Object.values(wire), ([, errors]) => errors),
          colour: '--bad',
        },
        {
          name: 'new connections',
          of: ({ wire }) => sum(Object.values(wire), ([, , connects]) => connects),
          colour: '--warn',
        },
      ]
    },
  },
  {
    title: 'Defences: retries, refusals, breakers, queue',
    unit: '',
    lines: () => [
      { name: 'retries', of: growth('retries'), colour: '--line-0' },
      { name: 'retries refused', of: growth('retriesRefused'), colour: '--line-3' },
      { name: 'refusals', of: growth('refusals'), colour: '--warn' },
      { name: 'breakers opened', of: growth('breakerOpenings'), colour: '--bad' },
      { name: 'queue depth', of: most('queueDepth'), colour: '--line-1' },
    ],
  },
  {
    title: 'Processors, share of a core',
    unit: '%',
    lines: samples =>
      busiest(samples).map((name, i): Line => {
        const of = ({ parts }: Sample) => percent(parts[name]?.cpu)
        return { name, of, colour: colour(i) }
      }),
  },
  {
    title: 'Lag of event loops, at most',
    unit: 'ms',
    lines: samples =>
      names(samples, ({ parts }) => parts)
        .filter(name => samples.at(-1)?.parts[name]?.eventLoopLagMs !== undefined)
        .map((name, i): Line => {
          return { name, of: ({ parts }) => parts[name]?.eventLoopLagMs, colour: colour(i) }
        }),
  },
]

const providerOf = (link: string) => link.split('>')[1] ?? link

function to(wire: Sample['wire'], provider: string) {
  return Object.entries(wire).flatMap(([link, counts]) =>
    providerOf(link) === provider ? [counts] : [],
  )
}

function sum<Each>(all: readonly Each[], of: (each: Each) => number): number {
  return all.reduce((total, each) => total + of(each), 0)
}

/** How far a counter of all processes has come since the sample before; a restart begins at 0. */
function growth(figure: string): Line['of'] {
  return ({ parts }, before) => {
    if (!before || most(figure)({ ...before, parts }, undefined) === undefined) return undefined
    return sum(Object.entries(parts), ([name, figures]) => {
      const [now, then] = [figures[figure], before.parts[name]?.[figure]]
      return now === undefined || then === undefined ? 0 : Math.max(0, now - then)
    })
  }
}

function most(figure: string): Line['of'] {
  return ({ parts }) => {
    const values = Object.values(parts).flatMap(figures => figures[figure] ?? [])
    return values.length === 0 ? undefined : Math.max(...values)
  }
}

/** The processes that used most lately. */
function busiest(samples: readonly Sample[]): readonly string[] {
  const used = (name: string) => sum(samples.slice(-60), ({ parts }) => parts[name]?.cpu ?? 0)
  return names(samples, ({ parts }) => parts)
    .filter(name => used(name) > 0)
    .toSorted((a, b) => used(b) - used(a))
    .slice(0, 6)
}

const percent = (share: number | undefined) =>
  share === undefined ? undefined : Math.round(100 * share)
