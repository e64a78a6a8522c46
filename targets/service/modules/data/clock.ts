import { type RawBuilder, sql } from 'kysely'
import type { Defences } from '../../defences.ts'
import type { EngineKind } from './engine.ts'

/** Now, in milliseconds since 1970, as a part of a statement. */
export type Clock = () => RawBuilder<number>

const clocks: Readonly<Record<EngineKind, Clock>> = {
  postgres: () => sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
  mysql: () => sql`cast(unix_timestamp(now(3)) * 1000 as signed)`,
  sqlite: () => sql`cast(unixepoch('subsec') * 1000 as integer)`,
}

/** The database's own, so that all instances agree on what is due or over. */
export function clockOf(kind: EngineKind, defences: Defences): Clock {
  return defences.on('server-clock') ? clocks[kind] : () => sql.lit(Date.now())
}
