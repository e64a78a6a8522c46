import type { Logger } from 'pino'
import type { Defences } from '../../defences.ts'
import type { Metrics } from '../../metrics.ts'
import { Problem } from '../../problem.ts'
import { every, loop } from '../../resilience/loop.ts'
import type { SettingsVersions } from './repository.ts'
import { settings, type VersionedSettings } from './settings.ts'

interface Parts {
  readonly versions: SettingsVersions
  readonly defences: Defences
  readonly metrics: Metrics
  readonly log: Logger
}

/**
 * Settings that change without a restart. Every instance looks for a newer version twice in the
 * bound that `live-settings` names; while Postgres is away, and for a version that is not valid,
 * the one before stays in force.
 */
export interface LiveSettings {
  readonly current: VersionedSettings
  /** In force here at once, over what is not valid too. @throws {Problem} 409 `changed-meanwhile`. */
  change(wanted: VersionedSettings, userId: string): Promise<VersionedSettings>
  /** Called with each version that comes into force. */
  onChange(tell: (now: VersionedSettings) => void): void
  /** Looks for a newer version now. */
  look(): Promise<void>
  /** Looks for newer versions until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>
}

export function createLiveSettings(parts: Parts, initial: VersionedSettings): LiveSettings {
  const { versions, defences, metrics, log } = parts
  let current = initial
  /** The newest there is, valid or not. */
  let newest = initial.version
  const listeners: ((now: VersionedSettings) => void)[] = []
  const refused = metrics.counter('settings_refused_total')
  metrics.gaugeOf('settings_version', () => current.version)

  const enforce = (next: VersionedSettings) => {
    // A look that began before a change of ours may end after it.
    if (next.version <= current.version) return
    current = next
    log.info({ event: 'settings-changed', ...next }, 'settings changed')
    for (const tell of listeners) tell(next)
  }
  const look = async () => {
    const found = await versions.after(newest)
    for (const row of found) {
      newest = Math.max(newest, row.version)
      const parsed = settings.safeParse(row.settings)
      if (parsed.success) {
        enforce({ version: row.version, settings: parsed.data })
        break
      }
      refused.inc()
      log.error({ event: 'settings-refused', version: row.version, err: parsed.error }, 'kept')
    }
  }
  return {
    look,
    get current() {
      return current
    },
    onChange: tell => {
      listeners.push(tell)
      tell(current)
    },
    change: async (wanted, userId) => {
      await look()
      const next = { ...wanted, version: newest + 1 }
      if (wanted.version === current.version && (await versions.add(next, userId))) {
        enforce(next)
        return next
      }
      throw new Problem({
        status: 409,
        code: 'changed-meanwhile',
        title: 'Somebody has changed the settings since you read them.',
      })
    },
    follow: async signal => {
      if (!defences.on('live-settings')) return
      const idle = every(defences.settings('live-settings').withinMs / 2)
      await loop('settings', () => look().then(() => false), { idle, signal, log })
    },
  }
}
