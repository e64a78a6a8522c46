import type { AlertRule } from './alert-rule.ts'
import { burnRates } from './burn-rates.ts'
import { causeAlerts } from './cause-alerts.ts'

/** Every alert. */
export const rules: readonly AlertRule[] = [...burnRates, ...causeAlerts]

export const alertNames: readonly string[] = rules.map(({ name }) => name)
