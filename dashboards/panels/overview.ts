import type { Panel } from '../panel.ts'

const link = '{{consumer}} → {{provider}} {{role}}'

/** What a run does to the system, and how the system bears it. */
export const overviewPanels: readonly Panel[] = [
  {
    ...{ id: 'phase', title: 'Phase', kind: 'states', unit: 'none' },
    queries: [{ expr: 'lab_run_phase', legend: '{{phase}}' }],
  },
  {
    ...{ id: 'faults', title: 'Faults in force', kind: 'states', unit: 'none' },
    queries: [{ expr: 'lab_fault_active', legend: '{{strike}}' }],
  },
  {
    ...{ id: 'hypotheses', title: 'Steady state', kind: 'states', unit: 'none' },
    queries: [{ expr: 'lab_hypothesis_held', legend: '{{when}}: {{hypothesis}}' }],
  },
  {
    ...{ id: 'verdict', title: 'Verdict', kind: 'states', unit: 'none' },
    queries: [{ expr: 'lab_run_verdict', legend: '{{verdict}}' }],
  },
  {
    ...{ id: 'operations', title: 'Operations by outcome', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: 'sum by (workload, outcome) (rate(lab_operations_total[$window]))',
        legend: '{{workload}} {{outcome}}',
      },
    ],
  },
  {
    ...{ id: 'latency', title: 'Latency of ok answers', kind: 'lines', unit: 'seconds' },
    queries: ['0.5', '0.95'].map(quantile => ({
      expr: `histogram_quantile(${quantile}, sum by (le, workload) (rate(lab_operation_duration_seconds_bucket[$window])))`,
      legend: `{{workload}} ${quantile}`,
    })),
  },
  {
    ...{ id: 'in-flight', title: 'Operations in flight', kind: 'lines', unit: 'none' },
    queries: [{ expr: 'lab_operations_in_flight', legend: '{{workload}}' }],
  },
  {
    ...{ id: 'messages', title: 'Requests at the wire', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: 'sum by (consumer, provider, role) (rate(lab_wire_messages_total{direction="upstream"}[$window]))',
        legend: link,
      },
    ],
  },
  {
    ...{ id: 'wire-errors', title: 'Errors at the wire', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: 'sum by (provider, code) (rate(lab_wire_errors_total[$window]))',
        legend: '{{provider}} {{code}}',
      },
    ],
  },
  {
    ...{ id: 'connects', title: 'Connects and refused ones', kind: 'lines', unit: 'perSecond' },
    queries: [
      {
        expr: 'sum by (consumer, provider) (rate(lab_wire_connections_opened_total[$window]))',
        legend: '{{consumer}} → {{provider}}',
      },
      {
        expr: 'sum by (consumer, provider) (rate(lab_wire_connections_refused_total[$window]))',
        legend: '{{consumer}} → {{provider}} refused',
      },
    ],
  },
  {
    ...{ id: 'hurt-links', title: 'Traffic of hurt links', kind: 'lines', unit: 'bytesPerSecond' },
    queries: [
      {
        expr: 'sum by (consumer, provider, role) (rate(lab_wire_bytes_total[$window])) * on (consumer, provider, role) group_left (strike) (lab_fault_link_info == 1)',
        legend: `{{strike}}: ${link}`,
      },
    ],
  },
  {
    ...{ id: 'processes', title: 'Processes', kind: 'states', unit: 'none' },
    queries: [{ expr: 'lab_process_up', legend: '{{process}}' }],
  },
  {
    ...{ id: 'processor', title: 'Processor time', kind: 'lines', unit: 'share' },
    queries: [{ expr: 'rate(lab_part_seconds{figure="cpuMs"}[$window])', legend: '{{part}}' }],
  },
  {
    ...{ id: 'memory', title: 'Memory', kind: 'lines', unit: 'bytes' },
    queries: [{ expr: 'lab_part_bytes{figure="memoryBytes"}', legend: '{{part}}' }],
  },
  {
    ...{ id: 'checks', title: 'What checks found', kind: 'states', unit: 'none' },
    queries: [{ expr: 'lab_check_result', legend: '{{check}} {{result}}' }],
  },
  {
    ...{ id: 'times', title: 'Time to detect and to recover', kind: 'number', unit: 'seconds' },
    queries: [
      { expr: 'lab_detect_seconds', legend: 'detect: {{check}}' },
      { expr: 'lab_recover_seconds', legend: 'recover: {{check}}' },
    ],
  },
  {
    ...{ id: 'fault-seconds', title: 'Faults by kind', kind: 'number', unit: 'seconds' },
    queries: [
      { expr: 'lab_fault_seconds_total', legend: '{{fault}}' },
      { expr: 'lab_faults_total', legend: '{{fault}} (count)' },
    ],
  },
]
