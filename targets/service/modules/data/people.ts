import { type InsertQueryBuilder, type InsertResult, sql } from 'kysely'
import type { z } from 'zod'
import { explained } from './data-error.ts'
import type { Db, Engine, EngineKind } from './engine.ts'
import { type Note, noteRow, type Person, personRow, type Tables } from './tables.ts'

export type Settings = z.infer<typeof personRow>['settings']

export interface NewPerson {
  readonly email: string
  readonly name: string
  readonly passwordHash?: string | null
  readonly balanceCents?: number
  readonly active?: boolean
  readonly settings?: Settings
  readonly avatar?: Uint8Array | null
  readonly createdAt?: Date
}

export type PersonChange = Partial<
  Pick<NewPerson, 'name' | 'balanceCents' | 'active' | 'settings' | 'avatar' | 'passwordHash'>
> & { readonly verifiedAt?: Date }

/** People and their notes, the same on every database. @throws {DataError} in all methods. */
export interface People {
  add(person: NewPerson): Promise<number>
  addAll(people: readonly NewPerson[]): Promise<void>
  /** Makes the person, or changes name and settings of the one with this address. */
  put(person: NewPerson): Promise<void>
  byId(id: number): Promise<Person | undefined>
  byEmail(email: string): Promise<Person | undefined>
  /** In the order of ids, after the given one. */
  page(afterId: number, limit: number): Promise<readonly Person[]>
  withSetting(key: string, value: string): Promise<readonly Person[]>
  named(part: string): Promise<readonly Person[]>
  count(): Promise<number>
  /** False when there is none, or it is not at `version` any more. */
  change(id: number, change: PersonChange, version?: number): Promise<boolean>
  /** Adds to the balance, which cannot fall below zero. */
  credit(id: number, cents: number): Promise<boolean>
  remove(id: number): Promise<boolean>
  addNote(note: Omit<Note, 'id'>): Promise<number>
  notesOf(personId: number): Promise<readonly Note[]>
}

/** One spelling for an address, whatever the database holds to be equal. */
export const emailKey = (email: string) => email.normalize('NFC').toLowerCase()

export function createPeople({ kind, db }: Pick<Engine, 'kind'> & { readonly db: Db }): People {
  const select = db.selectFrom('data_people').selectAll()
  return {
    add: person => idOf(kind, db.insertInto('data_people').values(stored(person))),
    addAll: async people => {
      await told(db.insertInto('data_people').values(people.map(stored)).execute())
    },
    put: async person => {
      const values = stored(person)
      const { name, settings } = values
      const into = db.insertInto('data_people').values(values)
      const change = { name, settings, version: sql<number>`data_people.version + 1` }
      await told(
        (kind === 'mysql'
          ? into.onDuplicateKeyUpdate(change)
          : into.onConflict(it => it.column('email_key').doUpdateSet(change))
        ).execute(),
      )
    },
    byId: async id => one(await told(select.where('id', '=', id).execute())),
    byEmail: async email =>
      one(await told(select.where('email_key', '=', emailKey(email)).execute())),
    page: async (afterId, limit) =>
      all(await told(select.where('id', '>', afterId).orderBy('id').limit(limit).execute())),
    withSetting: async (key, value) =>
      all(await told(select.where(setting(kind, key), '=', value).orderBy('id').execute())),
    named: async part => {
      const pattern = `%${part.replaceAll(/[!%_]/g, '!$&')}%`
      const like = sql<boolean>`name like ${pattern} escape '!'`
      return all(await told(select.where(like).orderBy('id').execute()))
    },
    count: async () => {
      const counted = db.selectFrom('data_people').select(it => it.fn.countAll().as('n'))
      return Number((await told(counted.executeTakeFirstOrThrow())).n)
    },
    change: async (id, change, version) => {
      const query = db
        .updateTable('data_people')
        .set({ ...storedChange(change), version: sql`version + 1` })
        .where('id', '=', id)
      const asked = version === undefined ? query : query.where('version', '=', version)
      return (await told(asked.executeTakeFirst())).numUpdatedRows > 0n
    },
    credit: async (id, cents) => {
      const query = db
        .updateTable('data_people')
        .set({ balance_cents: sql`balance_cents + ${cents}` })
        .where('id', '=', id)
      return (await told(query.executeTakeFirst())).numUpdatedRows > 0n
    },
    remove: async id => {
      const query = db.deleteFrom('data_people').where('id', '=', id)
      return (await told(query.executeTakeFirst())).numDeletedRows > 0n
    },
    addNote: ({ personId, ...note }) =>
      idOf(kind, db.insertInto('data_notes').values({ ...note, person_id: personId })),
    notesOf: async personId => {
      const notes = db.selectFrom('data_notes').selectAll().where('person_id', '=', personId)
      return (await told(notes.orderBy('rank').execute())).map(row => noteRow.parse(row))
    },
  }
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw explained(error)
  }
}

const all = (rows: readonly unknown[]) => rows.map(row => personRow.parse(row))
const one = (rows: readonly unknown[]) => all(rows)[0]

/** MySQL cannot return what it inserted; the others do not tell the id otherwise. */
async function idOf<Table extends 'data_people' | 'data_notes'>(
  kind: EngineKind,
  query: InsertQueryBuilder<Tables, Table, InsertResult>,
): Promise<number> {
  if (kind === 'mysql') return Number((await told(query.executeTakeFirstOrThrow())).insertId)
  const returned = query.returning(sql<number>`id`.as('id'))
  return Number((await told(returned.executeTakeFirstOrThrow())).id)
}

function setting(kind: EngineKind, key: string) {
  const path = `$.${JSON.stringify(key)}`
  if (kind === 'postgres') return sql<string>`settings ->> ${key}`
  if (kind === 'mysql') return sql<string>`json_unquote(json_extract(settings, ${path}))`
  return sql<string>`settings ->> ${path}`
}

function stored({ email, name, ...rest }: NewPerson) {
  return {
    email,
    email_key: emailKey(email),
    name,
    password_hash: rest.passwordHash ?? null,
    verified_at: null,
    balance_cents: rest.balanceCents ?? 0,
    active: rest.active ?? true,
    settings: JSON.stringify(rest.settings ?? {}),
    avatar: rest.avatar ? Buffer.from(rest.avatar) : null,
    version: 1,
    created_at: (rest.createdAt ?? new Date()).getTime(),
  }
}

function storedChange(change: PersonChange) {
  const { name, balanceCents, active, settings, avatar, passwordHash, verifiedAt } = change
  return {
    ...(name !== undefined && { name }),
    ...(balanceCents !== undefined && { balance_cents: balanceCents }),
    ...(active !== undefined && { active }),
    ...(settings !== undefined && { settings: JSON.stringify(settings) }),
    ...(avatar !== undefined && { avatar: avatar && Buffer.from(avatar) }),
    ...(passwordHash !== undefined && { password_hash: passwordHash }),
    ...(verifiedAt !== undefined && { verified_at: verifiedAt.getTime() }),
  }
}
