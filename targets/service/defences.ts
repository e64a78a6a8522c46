import { caller } from './defences/caller.ts'
import { data } from './defences/data.ts'
import { dependency } from './defences/dependency.ts'
import { process } from './defences/process.ts'
import { queue } from './defences/queue.ts'
import { socket } from './defences/socket.ts'

/**
 * Every measure of the service, all on by default. Configuration switches them off by name. What a
 * server does is not among them: synchronous replication is a setting of Postgres, and what is lost
 * without it is shown by the control of DAT-07 (`targets/scenarios/data/failover.test.ts`).
 */
export const defenceTable = {
  ...caller,
  ...dependency,
  ...data,
  ...queue,
  ...socket,
  ...process,
}

export type DefenceName = keyof typeof defenceTable
export const defenceNames = Object.keys(defenceTable) as [DefenceName, ...DefenceName[]]

type AllSettings = {
  readonly [Name in DefenceName]: Readonly<(typeof defenceTable)[Name]['settings']>
}
export type SettingsOverrides = Partial<Record<DefenceName, Record<string, number>>>

const defaults = Object.fromEntries(
  defenceNames.map(name => [name, defenceTable[name].settings]),
) as AllSettings

/** What modules ask when they are constructed. */
export interface Defences {
  on(name: DefenceName): boolean
  /** The parameters of a measure, with what configuration overrides. */
  settings<Name extends DefenceName>(name: Name): AllSettings[Name]
}

export function createDefences(
  off: readonly DefenceName[],
  overrides: SettingsOverrides = {},
): Defences {
  const settings: AllSettings = structuredClone(defaults)
  for (const name of defenceNames) Object.assign(settings[name], overrides[name])
  return { on: name => !off.includes(name), settings: name => settings[name] }
}
