import { type Kysely, sql } from 'kysely'

export interface StoredFile {
  readonly id: string
  readonly ownerId: string
  readonly name: string
  readonly mediaType: string
  readonly bytes: number
  /** None: not all of it is here yet, so nobody gets to see it. */
  readonly completedAt: Date | null
}

/** What is known of each file; its bytes are in the folder. */
export interface Files {
  announce(file: Omit<StoredFile, 'completedAt'>): Promise<void>
  complete(id: string): Promise<void>
  find(id: string): Promise<StoredFile | undefined>
}

export function createFiles(db: Kysely<unknown>): Files {
  return {
    announce: async ({ id, ownerId, name, mediaType, bytes }) => {
      await sql`
        insert into files_files (id, owner_id, name, media_type, bytes)
        values (${id}, ${ownerId}, ${name}, ${mediaType}, ${bytes})`.execute(db)
    },
    complete: async id => {
      await sql`update files_files set completed_at = now() where id = ${id}`.execute(db)
    },
    find: async id => {
      const { rows } = await sql<StoredFile>`
        select id, owner_id as "ownerId", name, media_type as "mediaType", bytes,
          completed_at as "completedAt"
        from files_files where id = ${id}`.execute(db)
      return rows[0]
    },
  }
}
