import { z } from 'zod'
import { LabError } from '../../lab/base/errors.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { type PostgresServer, withPostgres } from '../postgres-server/postgres-server.ts'

const withinSeconds = 15

const state = z.tuple([z.object({ standby: z.boolean() })])
const outcome = z.tuple([z.object({ done: z.boolean() })])

/**
 * pg_promote: a standby ends recovery and takes writes. With its primary alive that is a split brain,
 * after its kill a failover. Destructive: it cannot follow again without a fresh clone. Lands on 1 where
 * a standby was promoted, on 0 where the server was none.
 */
export function promote<System extends LabSystem>(
  select: Selector<System, PostgresServer>,
): Fault<System> {
  const label = `promote(${select.label ?? 'standby'})`
  return {
    name: 'promote',
    label,
    needs: [],
    kind: 'destructive',
    plan: async system => {
      const { name, url } = await select(system)
      return {
        undo: undefined,
        touches: [name],
        apply: async () => {
          const landed = await withPostgres(url, async admin => {
            const { rows } = await admin.query('select pg_is_in_recovery() as standby')
            if (!state.parse(rows)[0].standby) return 0
            const answer = await admin.query('select pg_promote(true, $1) as done', [withinSeconds])
            if (!outcome.parse(answer.rows)[0].done) throw tooSlow(label)
            return 1
          })
          return { landed: () => landed }
        },
      }
    },
  }
}

export const form = 'a standby alone can be promoted: no layout of a game day has one yet'

export const examples: Examples<PostgresServer> = part => [promote(part)]

function tooSlow(label: string): LabError {
  return new LabError({
    code: 'not-promoted',
    expected: `${label} to be over within ${withinSeconds} s`,
    found: 'a standby that does not take writes yet',
    why: 'what follows would be judged against a failover that did not happen',
    next: "see the standby's log: it may wait for its primary (wal_retrieve_retry_interval)",
  })
}
