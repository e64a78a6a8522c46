import { glob, type Hits, hits, hitsOf, on } from '../forms/fields.ts'
import { linksOver } from '../forms/needs.ts'

/** What the forms of faults at messages of PostgreSQL have in common. */
export const common = { family: 'postgres messages', of: linksOver('postgres') }

/** Which statements, as fields of a form. */
export const matching = {
  statement: glob('Statement (COMMIT, UPDATE, …)'),
  table: glob('Table'),
  ...hits,
}

/** The same as a fault takes it. */
export function chosen({
  statement,
  table,
  ...asked
}: { readonly statement: string; readonly table: string } & Hits) {
  return { on: on({ statement, table }), ...hitsOf(asked) }
}
