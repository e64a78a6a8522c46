import { type Kysely, sql } from 'kysely'
import { isUniqueViolation } from '../../postgres/errors.ts'
import type { VersionedSettings } from './settings.ts'

/** Every version there ever was, in Postgres: who changed what, and when. */
export interface SettingsVersions {
  /** False when this version is taken: somebody else was faster. */
  add(changed: VersionedSettings, userId: string): Promise<boolean>
  /** Newest first, as they are stored: whoever wrote them may know other settings. */
  after(version: number): Promise<readonly { version: number; settings: unknown }[]>
}

const most = 20

export function createSettingsVersions(db: Kysely<unknown>): SettingsVersions {
  return {
    add: async ({ version, settings }, userId) => {
      try {
        await sql`
          insert into settings_versions (version, settings, changed_by)
          values (${version}, ${JSON.stringify(settings)}, ${userId})`.execute(db)
        return true
      } catch (error) {
        if (isUniqueViolation(error, 'settings_versions_pkey')) return false
        throw error
      }
    },
    after: async version => {
      const { rows } = await sql<{ version: number; settings: unknown }>`
        select version, settings from settings_versions
        where version > ${version} order by version desc limit ${most}`.execute(db)
      return rows
    },
  }
}
