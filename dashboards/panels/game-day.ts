import type { Panel } from '../panel.ts'
import { overviewPanels } from './overview.ts'
import { servicePanels } from './service.ts'

/** What everybody looks at while somebody hurts the system: alerts first, then clients, then causes. */
export const gameDayPanels: readonly Panel[] = [
  {
    ...{ id: 'alerts', title: 'Alerts', kind: 'states', unit: 'none' },
    queries: [
      { expr: 'ALERTS{alertstate="firing"}', legend: '{{alertname}} {{instance}}{{name}}' },
    ],
  },
  ...of(overviewPanels, ['faults']),
  {
    ...{ id: 'landed', title: 'What faults touched', kind: 'number', unit: 'none' },
    queries: [{ expr: 'lab_fault_landed_effects', legend: '{{strike}}' }],
  },
  {
    ...{ id: 'begun', title: 'Since when faults are in force', kind: 'number', unit: 'time' },
    queries: [{ expr: 'lab_fault_start_time_seconds * 1000', legend: '{{strike}}' }],
  },
  ...of(overviewPanels, ['operations', 'latency', 'hypotheses', 'wire-errors', 'connects']),
  ...of(servicePanels, ['error-share', 'breakers', 'pool', 'queue', 'queue-age', 'loop']),
  ...of(overviewPanels, ['processes', 'processor', 'memory']),
]

/** The same panels as on other dashboards. */
function of(panels: readonly Panel[], ids: readonly string[]): readonly Panel[] {
  return ids.flatMap(id => panels.filter(panel => panel.id === id))
}
