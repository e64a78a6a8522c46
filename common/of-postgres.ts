import {
  blackHole,
  latency,
  loseAcknowledgement,
  readOnly,
  restart,
  terminateBackends,
} from '../faults/index.ts'
import { at, goodput } from '../lab/index.ts'
import type { PostgresPart } from '../targets/index.ts'
import type { CommonOptions } from './common-options.ts'
import type { Parts, Picked } from './parts.ts'
import type { Question } from './question.ts'

/** Of each Postgres; of a second one the names have its own before them. */
export function ofPostgres({ postgres }: Parts, options: CommonOptions): readonly Question[] {
  return postgres.flatMap((part, index) => {
    return questionsOf(part, options).map(question => ({
      ...question,
      name: index === 0 ? question.name : `${part.name}-${question.name}`,
    }))
  })
}

function questionsOf(
  { name, select }: Picked<PostgresPart>,
  { read }: CommonOptions,
): readonly Question[] {
  return [
    {
      name: 'lost-commit',
      title: `What is written to ${name} is there once, though the answer to its COMMIT is lost`,
      because:
        'Who takes a lost answer for a failure and tries again does it twice; who takes it for a refusal says what is not true.',
      // A statement outside of a transaction commits by itself.
      strikes: [
        at(
          '500ms',
          loseAcknowledgement(select, {
            on: { statement: ['COMMIT', 'INSERT', 'UPDATE', 'DELETE'] },
            hits: { every: 5 },
          }),
          { for: '6s', name: 'lost', least: 5 },
        ),
      ],
      ...{ from: 'lost', lasts: '6500ms' },
    },
    {
      name: 'postgres-restart',
      title: `A restart of ${name} ends no process, and is over when it is over`,
      because:
        'It is restarted for every update of its minor version, and its connections end all at once.',
      strikes: [at('500ms', restart(select), { name: 'restart' })],
      ...{ from: 'restart', unaided: true, lasts: '9s' },
    },
    {
      name: 'postgres-failover',
      title: `A pool leaves a ${name} that was demoted`,
      because:
        'After a failover behind a name, open connections lead to what is a standby now: it answers everything, and refuses each write.',
      strikes: [
        at('500ms', readOnly(select, { which: 'present' }), { for: '9s', name: 'demoted' }),
      ],
      ...{ from: 'demoted', unaided: true, lasts: '9500ms' },
    },
    {
      name: 'connections-gone',
      title: `A pool leaves connections to ${name} whose other end is gone`,
      because:
        'A pod that moved and a NAT that forgot tell nobody. Such a connection is open by every sign, and never answers.',
      strikes: [at('500ms', blackHole(select, { which: 'present' }), { for: '9s', name: 'gone' })],
      ...{ from: 'gone', unaided: true, lasts: '9500ms' },
    },
    {
      name: 'sessions-ended',
      title: `Sessions of ${name} that an administrator ends are only opened again`,
      because: 'Poolers, maintenance and time-outs of managed servers end sessions every day.',
      strikes: [
        at('500ms', terminateBackends(select), { name: 'ended' }),
        at('2s', terminateBackends(select), { name: 'ended-again' }),
      ],
      ...{ from: 'ended-again', unaided: true, lasts: '9s' },
    },
    {
      name: 'postgres-slow',
      title: `A ${name} that is slow makes the service slow, and no more than that`,
      because:
        'A missing index or a backup makes every statement slower. Pools that are too small then stand still.',
      strikes: [at('500ms', latency(select, '100ms', '50ms'), { for: '5s', name: 'slow' })],
      ...{ from: 'slow', lasts: '5500ms' },
      checks: { readsGoOn: goodput(read, { atLeast: 0.9, during: 'slow', answeredWithin: '3s' }) },
    },
  ]
}
