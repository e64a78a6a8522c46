import { rules } from './rules.ts'

/** What a minute of production is, in seconds. In the lab a run is half a minute long: one second. */
export const secondsOfAMinute = { production: 60, lab: 1 } as const
export type Environment = keyof typeof secondsOfAMinute

/** A Prometheus rule file, as data. */
export interface RuleFile {
  readonly groups: readonly {
    readonly name: string
    readonly rules: readonly {
      readonly alert: string
      readonly expr: string
      readonly for?: string
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<string, string>>
    }[]
  }[]
}

/** The rules with the windows, waits and thresholds of time of one environment, by one factor. */
export function ruleFile(environment: Environment, leftOut: readonly string[] = []): RuleFile {
  const factor = secondsOfAMinute[environment]
  const minutes = (count: number) => duration(count * factor)
  const seconds = (count: number) => count * factor
  const all = rules.filter(({ name }) => !leftOut.includes(name))
  return {
    groups: [
      {
        name: 'shop',
        rules: all.map(({ name, severity, forMinutes, expr, summary }) => ({
          alert: name,
          expr: expr({ minutes, seconds }),
          ...(forMinutes > 0 && { for: minutes(forMinutes) }),
          labels: { severity },
          annotations: { summary, runbook: `docs/alerts.md#${name.toLowerCase()}` },
        })),
      },
    ],
  }
}

/** In the largest unit that leaves nothing over: `5m`, `6h`, `5s`. */
function duration(seconds: number): string {
  if (seconds % 3_600 === 0) return `${seconds / 3_600}h`
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`
}
