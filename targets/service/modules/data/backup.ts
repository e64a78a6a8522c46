import { type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Db, Engine } from './engine.ts'

/** Parents before their children, each with what its rows are read in the order of, from where. */
const tables = {
  data_people: { key: 'id', first: 0 },
  data_notes: { key: 'id', first: 0 },
  data_tokens: { key: 'hash', first: '' },
  data_mails: { key: 'id', first: '' },
} as const
const names = ['data_people', 'data_notes', 'data_tokens', 'data_mails'] as const
type Table = (typeof names)[number]

/** In values that all three databases take, so a backup of one restores into another. */
const value = z.union([
  z.null(),
  z.string(),
  z.number(),
  z.boolean(),
  z.strictObject({ base64: z.base64() }).transform(({ base64 }) => Buffer.from(base64, 'base64')),
])
const line = z.strictObject({ table: z.enum(names), row: z.record(z.string(), value) })
type Line = z.output<typeof line>

const pageSize = 500

/**
 * Hands over everything of one moment, a row a line. Others go on writing meanwhile, except on
 * SQLite, where they wait.
 */
export async function writeBackup(engine: Engine, write: (line: string) => void): Promise<void> {
  await engine.transaction(async db => {
    for (const table of names) {
      for await (const row of rowsOf(db, table)) write(JSON.stringify({ table, row }))
    }
  }, 'repeatable read')
}

async function* rowsOf(db: Db, table: Table): AsyncIterable<Readonly<Record<string, unknown>>> {
  const { key, first } = tables[table]
  for (let after: unknown = first; ; ) {
    const { rows } = await sql<Record<string, unknown>>`
      select * from ${sql.table(table)} where ${sql.ref(key)} > ${after}
      order by ${sql.ref(key)} limit ${sql.lit(pageSize)}`.execute(db)
    for (const row of rows) {
      yield Object.fromEntries(Object.entries(row).map(([name, it]) => [name, portable(name, it)]))
    }
    if (rows.length < pageSize) return
    after = rows.at(-1)?.[key]
  }
}

function portable(column: string, value: unknown): unknown {
  if (column === 'active') return Boolean(value)
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') }
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

/** Fills a database whose tables are empty: with all of it, or nothing. */
export async function restoreBackup(engine: Engine, lines: readonly string[]): Promise<void> {
  const parsed = lines.map(text => line.parse(JSON.parse(text)))
  await engine.transaction(async db => {
    for (const table of names) {
      const rows = parsed.filter(each => each.table === table)
      for (let i = 0; i < rows.length; i += pageSize) {
        await insertInto(table, rows.slice(i, i + pageSize), engine).execute(db)
      }
      if (engine.kind !== 'postgres' || tables[table].first !== 0) continue
      // Ids that were given do not move the sequence that gives the next one.
      await sql`select setval(pg_get_serial_sequence(${table}, 'id'), max(id))
        from ${sql.table(table)}`.execute(db)
    }
  })
}

function insertInto(table: Table, lines: readonly Line[], { kind }: Engine): RawBuilder<unknown> {
  const columns = Object.keys(lines[0]?.row ?? {})
  const rows = lines.map(({ row }) => sql`(${sql.join(columns.map(name => row[name]))})`)
  const given = kind === 'postgres' && tables[table].first === 0
  return sql`insert into ${sql.table(table)} (${sql.join(columns.map(name => sql.ref(name)))})
    ${sql.raw(given ? 'overriding system value' : '')} values ${sql.join(rows)}`
}
