import type { Kit, Module } from '../../kit.ts'
import { untilClosed } from '../../resilience/until-closed.ts'
import { migrations } from './migrations.ts'
import { createSettingsVersions } from './repository.ts'
import { addSettingsRoutes, refuseWhileReadOnly } from './routes.ts'
import { createLiveSettings, type LiveSettings } from './service.ts'

/** One per process, whatever its roles. */
const started = new WeakMap<Kit, Promise<LiveSettings>>()

function liveSettings(kit: Kit): Promise<LiveSettings> {
  const live = started.get(kit) ?? start(kit)
  started.set(kit, live)
  return live
}

async function start(kit: Kit): Promise<LiveSettings> {
  const { config, db, log, onClose } = kit
  const versions = createSettingsVersions(db)
  const settings = { readOnly: false, logLevel: config.logLevel }
  const live = createLiveSettings({ ...kit, versions }, { version: 0, settings })
  live.onChange(now => {
    log.level = now.settings.logLevel
  })
  await live.look()
  untilClosed(onClose, signal => live.follow(signal))
  return live
}

/** Stands before the other modules: its hook applies to the routes that come after it. */
export const settingsModule: Module = {
  name: 'settings',
  migrations,
  start: {
    api: async (kit, http) => {
      const live = await liveSettings(kit)
      refuseWhileReadOnly(http, live)
      addSettingsRoutes(http, kit.identity, live)
      live.onChange(({ settings }) => {
        http.log.level = settings.logLevel
      })
    },
    realtime: async kit => void (await liveSettings(kit)),
    worker: async kit => void (await liveSettings(kit)),
  },
}
