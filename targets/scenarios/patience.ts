/**
 * Settings of defences for scenarios in which the service's own time limits are not what is tried:
 * a machine that does much else must not make it refuse.
 */
export const patience = {
  'pool-limits': { acquireMs: 8_000, statementMs: 8_000 },
  'request-deadline': { defaultMs: 8_000 },
  'load-shedding': { maxLagMs: 8_000 },
  'cache-budget': { budgetMs: 8_000 },
} as const
