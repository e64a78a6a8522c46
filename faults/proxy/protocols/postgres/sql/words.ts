const setOf = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/))

/** Reserved words: none of them is a table's name. */
export const reserved = setOf(
  `all analyse and any array as asc asymmetric both case cast check collate column constraint create
  current_catalog current_date current_role current_time current_timestamp current_user default
  deferrable desc distinct do else end except false fetch for foreign from grant group having in
  initially intersect into leading limit localtime localtimestamp not null offset on or order placing
  primary references returning select session_user some symmetric then to trailing true union unique
  user using variadic when where window with`,
)

/** Stands before names of tables everywhere. */
export const beforeAnyTable = setOf('only lateral table')

/** With what a query begins, wherever it stands. */
export const queries = setOf('select values table with')

/** Verbs behind a WITH. */
export const verbs = setOf('select insert update delete merge values table')

/** What ends a list of tables: no comma behind it leads to one more. */
export const endsList = setOf(
  'where group having order limit offset fetch window set returning when for values',
)

/** In these a label stands behind AS, which may be any word. */
export const labels = setOf('SELECT INSERT UPDATE DELETE MERGE')

/** In these a FROM names what is read; elsewhere it is part of an expression or a command. */
export const readsFrom = setOf('SELECT UPDATE DELETE')

/** Commands in which TABLE or VIEW stands before the names. */
export const namesTables = setOf(
  'CREATE ALTER DROP COMMENT REINDEX REFRESH GRANT REVOKE SECURITY TRUNCATE LOCK',
)

/** What may stand between CREATE, ALTER or DROP and the kind of thing. */
export const beforeObject = setOf(
  'or replace global local temp temporary unlogged unique trusted procedural default recursive',
)

/** What is defined or dropped ON a table. */
export const onTable = setOf('INDEX TRIGGER POLICY RULE')

/** What may stand before the table's name in the commands of that name. */
export const beforeTable: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['SELECT', setOf('temp temporary unlogged local global')],
  ['VACUUM', setOf('full freeze verbose analyze')],
  ['ANALYZE', setOf('verbose')],
  ['CLUSTER', setOf('verbose')],
  ['COPY', setOf('binary')],
  ['REFRESH', setOf('concurrently')],
  ['REINDEX', setOf('concurrently')],
  ['CREATE', setOf('concurrently')],
])

/** Behind these stand options in parentheses, and then the tables. */
export const takesOptions = setOf('vacuum analyze analyse cluster')

export const synonyms: ReadonlyMap<string, string> = new Map([
  ['START', 'BEGIN'],
  ['END', 'COMMIT'],
  ['ABORT', 'ROLLBACK'],
  ['ANALYSE', 'ANALYZE'],
])
