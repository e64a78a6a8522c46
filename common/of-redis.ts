import { down, flushAll, latency } from '../faults/index.ts'
import { at, goodput } from '../lab/index.ts'
import type { RedisPart } from '../targets/index.ts'
import type { CommonOptions } from './common-options.ts'
import type { Parts, Picked } from './parts.ts'
import type { Question } from './question.ts'

/** Of each Redis; of a second one the names have its own before them. */
export function ofRedis({ redis }: Parts, options: CommonOptions): readonly Question[] {
  return redis.flatMap((part, index) => {
    return questionsOf(part, options).map(question => ({
      ...question,
      name: index === 0 ? question.name : `${part.name}-${question.name}`,
    }))
  })
}

function questionsOf(
  { name, select }: Picked<RedisPart>,
  options: CommonOptions,
): readonly Question[] {
  const { read, needs = [], deadline = '3s' } = options
  const goOn = (during: string) => {
    const reads = goodput(read, { atLeast: 0.9, during, answeredWithin: deadline })
    return needs.includes(name) ? {} : { readsGoOn: reads }
  }
  return [
    {
      name: 'redis-away',
      title: `While ${name} is away, reads go on`,
      because: 'A cache that takes the service down with it makes it worse than none.',
      strikes: [at('500ms', down(select), { for: '5s', name: 'away' })],
      ...{ from: 'away', lasts: '5500ms' },
      checks: goOn('away'),
    },
    {
      name: 'redis-slow',
      title: `A slow ${name} does not make everything slow`,
      because:
        'A cache that is slower than what it caches is worse than one that is away, unless somebody stops waiting for it.',
      strikes: [at('500ms', latency(select, '1500ms'), { for: '5s', name: 'slow' })],
      ...{ from: 'slow', lasts: '5500ms' },
      checks: goOn('slow'),
    },
    {
      name: 'redis-empty',
      title: `When ${name} is empty, nothing that was confirmed is gone`,
      because:
        'It is emptied by a restart without a disk, an eviction, or a command meant for another server.',
      strikes: [at('1s', flushAll(select), { name: 'emptied' })],
      ...{ from: 'emptied', unaided: true, lasts: '8s' },
    },
  ]
}
