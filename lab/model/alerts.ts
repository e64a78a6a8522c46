import type { ActiveAlert } from '../journal/journal.ts'

/** A monitoring system that evaluates alert rules on the running system. */
export interface AlertSource {
  /** The alerts that are not at rest now. Rejects while it cannot tell. */
  read(signal: AbortSignal): Promise<readonly ActiveAlert[]>
}

const prefix = 'alert:'

/** The switch of a target by which the rule of this name is left out, for ablation. */
export function alertSwitch(alert: string): string {
  return `${prefix}${alert}`
}

export function isAlertSwitch(defence: string): boolean {
  return defence.startsWith(prefix)
}
