/**
 * What a database promises of transactions, weakest first. `repeatable-read` is what PostgreSQL
 * means by it, snapshot isolation, which is more than the SQL standard and Adya's PL-2.99 ask in one
 * way (no read skew) and less in another (write skew is allowed).
 */
export const levels = [
  'read-uncommitted',
  'read-committed',
  'repeatable-read',
  'serializable',
  'strict-serializable',
] as const
export type Level = (typeof levels)[number]

export function isAtLeast(level: Level, least: Level): boolean {
  return levels.indexOf(level) >= levels.indexOf(least)
}
