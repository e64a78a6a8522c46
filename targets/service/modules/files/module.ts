import type { Module } from '../../kit.ts'
import { migrations } from './migrations.ts'
import { createFiles } from './repository.ts'

/** Nothing where no folder is configured; all instances share one. */
export const filesModule: Module = {
  name: 'files',
  migrations,
  start: {
    api: async ({ config, db, identity }, http) => {
      if (!config.files) return
      const { addFileRoutes } = await import('./routes.ts') // only who serves pays for loading it
      addFileRoutes(http, { identity, files: createFiles(db), ...config.files })
    },
  },
}
