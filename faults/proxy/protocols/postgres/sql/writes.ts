/**
 * Commands that a standby refuses with 25006, by their first word. What is not here is read from the
 * statement itself (COPY FROM, SELECT FOR UPDATE, …) or passes.
 */
const refused = new Set(
  `ALTER ANALYZE CLUSTER COMMENT CREATE DELETE DROP GRANT IMPORT INSERT LISTEN MERGE NOTIFY REASSIGN
  REFRESH REINDEX REVOKE SECURITY TRUNCATE UPDATE VACUUM`.split(/\s+/),
)

/** What a standby calls them where that is not their first word. */
const names = new Map([
  ['TRUNCATE', 'TRUNCATE TABLE'],
  ['REFRESH', 'REFRESH MATERIALIZED VIEW'],
  ['SECURITY', 'SECURITY LABEL'],
])

/** Functions that it refuses. Others it may refuse too: what a function does cannot be seen. */
const functions = new Map([
  ['nextval', 'nextval()'],
  ['setval', 'setval()'],
  ['pg_notify', 'NOTIFY'],
])

/** What the standby says that it cannot execute; undefined when this keyword alone is no reason. */
export function writesByVerb(kind: string, object: string): string | undefined {
  if (!refused.has(kind) || (kind === 'ALTER' && object === 'SYSTEM')) return undefined
  if (kind === 'CREATE' || kind === 'ALTER' || kind === 'DROP') return `${kind} ${object}`
  return names.get(kind) ?? kind
}

export function writesByFunction(name: string): string | undefined {
  return functions.get(name)
}
