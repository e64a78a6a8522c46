import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { type PostgresServer, withPostgres } from '../postgres-server/postgres-server.ts'
import {
  changeSetting,
  resetSetting,
  settingArgs,
  whereIs,
} from '../postgres-server/server-setting.ts'

export const undoArgs = settingArgs

const behind = z.tuple([z.object({ bytes: z.coerce.number() })])

/**
 * A standby shows commits only `delay` after the primary made them (`recovery_min_apply_delay`), as
 * when its disk is slow or a long query holds up recovery: who reads there reads the past. Their
 * acknowledgement by a synchronous standby is not delayed, unless it waits for `remote_apply`. Lasting:
 * it catches up at once. Lands on the bytes of log that it has and does not show when it is asked.
 */
export function standbyLag<System extends LabSystem>(
  select: Selector<System, PostgresServer>,
  delay: Duration,
): Fault<System> {
  return {
    name: 'standbyLag',
    label: `standbyLag(${select.label ?? 'standby'}, ${delay})`,
    needs: ['data-folder'],
    kind: 'lasting',
    plan: async system => {
      const { name, url } = await select(system)
      return {
        undo: { module: import.meta.url, args: await whereIs(url) },
        touches: [name],
        apply: async () => {
          await changeSetting(url, 'recovery_min_apply_delay', `${toMs(delay)}`)
          return { landed: () => bytesBehind(url) }
        },
      }
    },
  }
}

export const form = 'a standby alone can lag: no layout of a game day has one yet'

export const examples: Examples<PostgresServer> = part => [standbyLag(part, '1m')]

function bytesBehind(url: string): Promise<number> {
  return withPostgres(url, async admin => {
    const { rows } = await admin.query(
      'select greatest(0, pg_last_wal_receive_lsn() - pg_last_wal_replay_lsn()) as bytes',
    )
    return behind.parse(rows)[0].bytes
  })
}

/** Harmless where there is no delay. */
export async function undo(args: Json): Promise<void> {
  await resetSetting(undoArgs.parse(args), 'recovery_min_apply_delay')
}
