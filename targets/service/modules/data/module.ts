import type { Config } from '../../config.ts'
import { createPasswords } from '../../identity/passwords.ts'
import type { Kit, Module } from '../../kit.ts'
import { sendMails } from '../../mailing/sender.ts'
import { every } from '../../resilience/loop.ts'
import { untilClosed } from '../../resilience/until-closed.ts'
import { clockOf } from './clock.ts'
import type { Engine } from './engine.ts'
import { openDirectoryMails } from './mail-queue.ts'
import { createProfileCache, createProfiles } from './profiles.ts'
import { createRegistration } from './registration.ts'
import { addDirectoryRoutes } from './routes.ts'
import { createDirectorySessions } from './sessions.ts'

const lookEveryMs = 500

/** A directory of people on a database of one's choice; nothing where none is configured. */
export const dataModule: Module = {
  name: 'data',
  start: {
    api: async (kit, http) => {
      const { directory, publicUrl, auth } = kit.config
      if (!directory) return
      const engine = await engineFor(kit, directory)
      const passwords = createPasswords(kit.defences)
      addDirectoryRoutes(http, {
        profiles: createProfiles(engine, createProfileCache(kit)),
        registration: createRegistration(engine, {
          passwords,
          publicUrl,
          clock: clockOf(engine.kind, kit.defences),
        }),
        sessions: createDirectorySessions(kit.identity.sessions),
        secureCookies: auth.secureCookies,
      })
    },
    worker: async kit => {
      const { directory, smtp } = kit.config
      if (!directory || !smtp) return
      const { defences, log, onClose } = kit
      const engine = await engineFor(kit, directory)
      const queue = openDirectoryMails(engine, clockOf(engine.kind, defences), defences)
      const parts = { queue, smtp, defences, log, idle: every(lookEveryMs) }
      untilClosed(onClose, signal => sendMails(parts, signal))
    },
  },
}

async function engineFor(kit: Kit, directory: NonNullable<Config['directory']>): Promise<Engine> {
  // Three drivers, of which one is used.
  const { migrateEngine, openEngine } = await import('./open-engine.ts')
  const engine = openEngine(directory.url, { defences: kit.defences })
  kit.onClose(async () => {
    await engine[Symbol.asyncDispose]()
  })
  await migrateEngine(engine)
  return engine
}
