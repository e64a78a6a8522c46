import { flushAll, kill, pause, restart } from '../faults/index.ts'
import { at, goodput, shutdownInTime } from '../lab/index.ts'
import type { CommonOptions } from './common-options.ts'
import type { Parts } from './parts.ts'
import type { Question } from './question.ts'

type Service = Parts['services'][number]

/** Of each service that is made of instances; of a second one the names have its own before them. */
export function ofServices(parts: Parts, options: CommonOptions): readonly Question[] {
  return parts.services.flatMap((service, index) => {
    return questionsOf(service, parts, options).map(question => ({
      ...question,
      name: index === 0 ? question.name : `${service.name}-${question.name}`,
    }))
  })
}

function questionsOf(
  { name, instances }: Service,
  { redis }: Parts,
  { read }: CommonOptions,
): readonly Question[] {
  const [first] = instances
  if (!first) return []
  const others = instances.length > 1
  return [
    {
      name: 'instance-killed',
      title: `An instance of ${name} that is killed takes nothing with it that was confirmed`,
      because:
        'Nodes vanish, and the kernel kills whoever takes too much memory. What only the process knew is gone.',
      strikes: [at('500ms', kill(first.select), { for: '4s', name: 'killed' })],
      ...{ from: 'killed', cuts: true, lasts: '4500ms' },
      checks: others ? { readsGoOn: goodput(read, { atLeast: 0.7, during: 'killed' }) } : {},
    },
    {
      name: 'rolling-restart',
      title: `A rolling restart of ${name} is not noticed by those who read`,
      because:
        'It is what every deployment does. Who cuts off what is under way makes deployments an event.',
      strikes: instances.map(({ select }, index) => {
        return at(`${500 + 3_000 * index}ms`, restart(select), { name: `restart-${index + 1}` })
      }),
      ...{ from: `restart-${instances.length}`, unaided: true, cuts: true },
      lasts: `${3_000 * instances.length + 6_000}ms`,
      checks: {
        stops: shutdownInTime({ from: 'restart', within: '10s' }),
        ...(others && { readsGoOn: goodput(read, { atLeast: 0.8 }) }),
      },
    },
    {
      name: 'herd',
      title: `${name} serves a herd that comes all at once, with nothing cached`,
      because:
        'After a stall everybody who waited comes in the same moment. What is loaded once for each of them stalls again.',
      strikes: [
        ...instances.map(({ name: which, select }) => {
          return at('500ms', pause(select), { for: '2s', name: `stall-${which}` })
        }),
        ...redis.map(one => at('2400ms', flushAll(one.select), { name: `emptied-${one.name}` })),
      ],
      ...{ from: `stall-${first.name}`, cuts: true, lasts: '2500ms' },
    },
  ]
}
