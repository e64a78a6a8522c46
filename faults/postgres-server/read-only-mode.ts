import { z } from 'zod'
import type { Clock } from '../../lab/base/clock.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { logLines } from '../log-lines.ts'
import { common } from './form.ts'
import { type LoggingPostgres, withPostgres } from './postgres-server.ts'
import { changeSetting, resetSetting, settingArgs, whereIs } from './server-setting.ts'

export const undoArgs = settingArgs

/**
 * `default_transaction_read_only`: every new transaction refuses to write (25006) unless it asks for
 * READ WRITE, as on a server that an operator, or a provider whose disk is nearly full, has closed for
 * writes. Lasting: what ALTER SYSTEM had set before is not known, so the server's own default returns.
 * Lands on the statements refused, as its log tells.
 */
export function readOnlyMode<System extends LabSystem>(
  select: Selector<System, LoggingPostgres>,
): Fault<System> {
  return {
    name: 'readOnlyMode',
    label: `readOnlyMode(${select.label ?? 'postgres'})`,
    needs: ['data-folder'],
    kind: 'lasting',
    plan: async (system, { clock }) => {
      const { name, url, logFile } = await select(system)
      return {
        undo: { module: import.meta.url, args: await whereIs(url) },
        touches: [name],
        apply: async () => {
          const landed = await logLines(logFile, /cannot execute .+ in a read-only transaction/)
          await changeSetting(url, 'default_transaction_read_only', 'on')
          await inForce(url, clock)
          return { landed }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'readOnlyMode',
  says: 'The server accepts no writes.',
  settings: none,
  make: select => readOnlyMode(select),
})

export const examples: Examples<LoggingPostgres> = part => [readOnlyMode(part)]

/** A reload is a signal: new sessions follow a moment later. */
async function inForce(url: string, clock: Clock): Promise<void> {
  const isOn = () =>
    withPostgres(url, async admin => {
      const { rows } = await admin.query('show default_transaction_read_only')
      return z.tuple([z.object({ default_transaction_read_only: z.string() })]).parse(rows)
    })
  while ((await isOn())[0].default_transaction_read_only !== 'on') await clock.sleep(10)
}

/** Harmless where it is not set. */
export async function undo(args: Json): Promise<void> {
  await resetSetting(undoArgs.parse(args), 'default_transaction_read_only')
}
