import { latency, misbehave } from '../faults/index.ts'
import { at, goodput } from '../lab/index.ts'
import type { CommonOptions } from './common-options.ts'
import type { Parts } from './parts.ts'
import type { Question } from './question.ts'

/** Of each third party. */
export function ofUpstreams(
  { upstreams }: Parts,
  { read, needs = [], deadline = '3s' }: CommonOptions,
): readonly Question[] {
  return upstreams.map(({ name, select }, index): Question => {
    const reads = goodput(read, { atLeast: 0.9, during: 'brownout', answeredWithin: deadline })
    return {
      name: index === 0 ? 'brownout' : `${name}-brownout`,
      title: `A half sick ${name} takes nobody down who does not need it`,
      because:
        'Third parties are seldom down. They are slow, and answer some requests with errors, for hours.',
      strikes: [
        at('500ms', latency(select, '1500ms', '500ms'), { for: '6s', name: 'brownout' }),
        at('500ms', misbehave(select, { kind: 'status', status: 503, skip: 3, forMs: 6_000 }), {
          for: '6s',
          name: 'errors',
        }),
      ],
      ...{ from: 'brownout', lasts: '6500ms' },
      checks: needs.includes(name) ? {} : { readsGoOn: reads },
    }
  })
}
