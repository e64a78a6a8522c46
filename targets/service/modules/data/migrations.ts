import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Migrations } from '../../postgres/migrate.ts'
import type { EngineKind } from './engine.ts'

/** Compares by code points: others hold é and e to be the same. MariaDB reads the first, MySQL the second. */
const byCodePoint = sql`collate /*M! utf8mb4_nopad_bin */ /*!80000 utf8mb4_0900_bin */`

/** Where the three differ in what a column is called. */
const types = {
  postgres: {
    id: sql`bigint generated always as identity primary key`,
    key: sql`varchar(254) collate "C"`,
    bytes: sql`bytea`,
    json: sql`jsonb`,
    long: sql`text`,
    after: sql``,
  },
  mysql: {
    id: sql`bigint auto_increment primary key`,
    key: sql`varchar(254) character set utf8mb4 ${byCodePoint}`,
    bytes: sql`longblob`,
    json: sql`json`,
    long: sql`longtext`,
    after: sql`engine=InnoDB default charset=utf8mb4 ${byCodePoint}`,
  },
  sqlite: {
    id: sql`integer primary key autoincrement`,
    key: sql`text`,
    bytes: sql`blob`,
    json: sql`text`,
    long: sql`text`,
    after: sql`strict`,
  },
} as const

/** One change each, harmless when it was made before: where a change cannot be undone, it is repeated. */
export function migrationsFor(kind: EngineKind): Migrations {
  const { id, key, bytes, json, long, after } = types[kind]
  const text = (length: number) => (kind === 'sqlite' ? sql`text` : sql.raw(`varchar(${length})`))
  const whole = kind === 'sqlite' ? sql`integer` : sql`bigint`
  const characters = kind === 'sqlite' ? sql`length` : sql`char_length`
  const flag = kind === 'sqlite' ? sql`integer` : sql`boolean`
  return {
    '010-people': step(
      sql`create table if not exists data_people (
        id ${id},
        email ${text(254)} not null,
        email_key ${key} not null,
        name ${text(100)} not null,
        password_hash ${text(200)},
        verified_at ${whole},
        balance_cents ${whole} not null default 0,
        active ${flag} not null,
        settings ${json} not null,
        avatar ${bytes},
        version ${whole} not null default 1,
        created_at ${whole} not null,
        constraint data_people_email unique (email_key),
        constraint data_people_name check (${characters}(name) between 1 and 100),
        constraint data_people_balance check (balance_cents >= 0)
      ) ${after}`,
      sql`drop table if exists data_people`,
    ),
    '020-notes': step(
      sql`create table if not exists data_notes (
        id ${id},
        person_id ${whole} not null,
        title ${text(200)} not null,
        body ${long} not null,
        ${rank(kind)} ${whole} not null,
        constraint data_notes_person foreign key (person_id)
          references data_people (id) on delete cascade
      ) ${after}`,
      sql`drop table if exists data_notes`,
    ),
    '030-notes-by-rank':
      kind === 'mysql'
        ? notesByRank
        : step(
            sql`create index if not exists data_notes_rank on data_notes (person_id, "rank")`,
            sql`drop index if exists data_notes_rank`,
          ),
    '040-tokens': step(
      sql`create table if not exists data_tokens (
        hash ${key} not null primary key,
        person_id ${whole} not null,
        expires_at ${whole} not null,
        used_at ${whole},
        constraint data_tokens_person foreign key (person_id)
          references data_people (id) on delete cascade
      ) ${after}`,
      sql`drop table if exists data_tokens`,
    ),
    '050-mails': step(
      sql`create table if not exists data_mails (
        id ${text(36)} not null primary key,
        recipient ${text(254)} not null,
        subject ${text(200)} not null,
        body ${long} not null,
        attempts ${whole} not null default 0,
        due_at ${whole} not null,
        sent_at ${whole},
        failed_at ${whole},
        last_error ${long}
      ) ${after}`,
      sql`drop table if exists data_mails`,
    ),
  }
}

/** MySQL, unlike MariaDB, knows no `if not exists` of an index. */
const notesByRank: Migrations[string] = {
  up: async db => {
    if ((await indexesOfNotes(db)).has('data_notes_rank')) return
    await sql`create index data_notes_rank on data_notes (person_id, \`rank\`)`.execute(db)
  },
  down: async db => {
    const indexes = await indexesOfNotes(db)
    if (!indexes.has('data_notes_rank')) return
    // Its foreign key must not be left without an index.
    const spare = indexes.has('data_notes_person')
      ? sql``
      : sql`add index data_notes_person (person_id),`
    await sql`alter table data_notes ${spare} drop index data_notes_rank`.execute(db)
  },
}

async function indexesOfNotes(db: Kysely<unknown>): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ name: string }>`select distinct index_name as name
    from information_schema.statistics
    where table_schema = database() and table_name = 'data_notes'`.execute(db)
  return new Set(rows.map(({ name }) => name))
}

/** A reserved word in one of them. */
function rank(kind: EngineKind): RawBuilder<unknown> {
  return kind === 'mysql' ? sql.raw('`rank`') : sql.raw('"rank"')
}

function step(up: RawBuilder<unknown>, down: RawBuilder<unknown>): Migrations[string] {
  const run = (statement: RawBuilder<unknown>) => async (db: Kysely<unknown>) => {
    await statement.execute(db)
  }
  return { up: run(up), down: run(down) }
}
