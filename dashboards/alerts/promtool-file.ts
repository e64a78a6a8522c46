import { type AlertCase, cases } from './cases.ts'
import { rules } from './rules.ts'

/**
 * A file for `promtool test rules` on the production rules: silent, firing, resolving, and no data;
 * with those of the cases (default: all) whose samples are so many minutes apart, and rules evaluated
 * as often.
 */
export function promtoolFile(ruleFile: string, step: AlertCase['step'], among = cases) {
  const interval = `${step}m`
  const own = among.filter(each => each.step === step)
  const withData = own.map(({ alert, series, silentAt, firesAt, resolvedAt, labels = {} }) => ({
    name: alert,
    interval,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      { eval_time: silentAt, alertname: alert, exp_alerts: [] },
      {
        eval_time: firesAt,
        alertname: alert,
        exp_alerts: [{ exp_labels: labelsOf(alert, labels) }],
      },
      { eval_time: resolvedAt, alertname: alert, exp_alerts: [] },
    ],
  }))
  const withoutData = {
    name: 'no data at all',
    interval,
    input_series: [{ series: 'something_else', values: '1x100' }],
    alert_rule_test: rules.map(({ name }) => ({
      ...{ eval_time: '60m', alertname: name, exp_alerts: [] },
    })),
  }
  return {
    rule_files: [ruleFile],
    evaluation_interval: interval,
    tests: [...withData, withoutData],
  }
}

function labelsOf(alert: string, labels: Readonly<Record<string, string>>) {
  const severity = rules.find(({ name }) => name === alert)?.severity
  return { severity, ...labels }
}
