/** What one metric is, for the code that fills it, for the table in the docs and for dashboards. */
export interface MetricDescription {
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** Of one value; `1` for what has no unit. Every series of the metric has the same. */
  readonly unit: string
  readonly labels: readonly string[]
  readonly help: string
}

const described =
  <Type extends MetricDescription['type']>(type: Type) =>
  <const Label extends string>(unit: string, labels: readonly Label[], help: string) => ({
    ...{ type, unit, labels, help },
  })
const [counter, gauge, histogram] = [
  described('counter'),
  described('gauge'),
  described('histogram'),
]

/**
 * Every metric of a run. Labels take their values from the plan (workloads, strikes, hypotheses,
 * checks), from the topology (consumers, providers, processes, parts), from fixed lists, or from a
 * protocol, and those are cut off at 64 by `other`.
 */
export const labMetrics = {
  lab_run_info: gauge('1', ['experiment', 'run', 'seed', 'proxy'], '1: which run this is.'),
  lab_run_start_time_seconds: gauge('Unix time', [], 'When the run began.'),
  lab_run_end_time_seconds: gauge('Unix time', [], 'When the run was judged; 0 before.'),
  lab_run_phase: gauge(
    '0 or 1',
    ['phase'],
    '1 for the phase the run is in, 0 for all others and after the run.',
  ),
  lab_run_verdict: gauge(
    '0 or 1',
    ['verdict'],
    '1 for the verdict of the run, from its end until two scrapes have seen it; 0 else.',
  ),
  lab_fault_active: gauge('0 or 1', ['strike', 'fault'], '1 while the strike is in force.'),
  lab_fault_start_time_seconds: gauge(
    'Unix time',
    ['strike', 'fault'],
    'When the strike came into force.',
  ),
  lab_fault_end_time_seconds: gauge(
    'Unix time',
    ['strike', 'fault'],
    'When the strike was healed; absent before.',
  ),
  lab_faults_total: counter('faults', ['fault'], 'Faults that came into force, by kind.'),
  lab_fault_seconds_total: counter(
    'seconds',
    ['fault'],
    'How long faults of a kind have been in force, those that still are included.',
  ),
  lab_fault_landed: gauge(
    '0 or 1',
    ['strike', 'fault'],
    '1 where the strike really touched something; known once it is healed.',
  ),
  lab_fault_landed_effects: gauge(
    'effects',
    ['strike', 'fault'],
    'How much the strike really touched; what one effect is depends on the kind of fault.',
  ),
  lab_fault_link_info: gauge(
    '0 or 1',
    ['strike', 'consumer', 'provider', 'role'],
    '1 while the strike hurts this link; joins faults with lab_wire_* metrics.',
  ),
  lab_fault_process_info: gauge(
    '0 or 1',
    ['strike', 'process'],
    '1 while the strike hurts this process.',
  ),
  lab_hypothesis_held: gauge(
    '0 or 1',
    ['hypothesis', 'when'],
    'Whether the steady-state hypothesis held when last asked, in each part of the run.',
  ),
  lab_check_result: gauge(
    '0 or 1',
    ['check', 'result'],
    '1 for what the check found (valid, invalid, unknown), like lab_run_verdict.',
  ),
  lab_detect_seconds: gauge(
    'seconds',
    ['check'],
    'From a fault until it was noticed, of checks that measure it; known at the end.',
  ),
  lab_recover_seconds: gauge(
    'seconds',
    ['check'],
    'From a fault or its healing until all was well, of checks that measure it; at the end.',
  ),
  lab_operations_started_total: counter(
    'operations',
    ['workload'],
    'Operations of the traffic that were begun.',
  ),
  lab_operations_total: counter(
    'operations',
    ['workload', 'outcome', 'ended'],
    'Operations by outcome (ok, fail, info) and the way they ended (refused, cut, …).',
  ),
  lab_operations_in_flight: gauge('operations', ['workload'], 'Operations begun and not ended.'),
  lab_operation_duration_seconds: histogram(
    'seconds',
    ['workload'],
    'From the intended start of an operation to its ok answer.',
  ),
  lab_wire_bytes_total: counter(
    'bytes',
    ['consumer', 'provider', 'role', 'direction'],
    'Bytes that passed a link; direction is upstream or downstream.',
  ),
  lab_wire_messages_total: counter(
    'messages',
    ['consumer', 'provider', 'role', 'direction', 'message'],
    'Messages that passed a link, by kind: a command, the first word of a statement, a method.',
  ),
  lab_wire_errors_total: counter(
    'messages',
    ['consumer', 'provider', 'role', 'code'],
    'Answers with an error, by the code of their protocol.',
  ),
  lab_wire_connections_opened_total: counter(
    'connections',
    ['consumer', 'provider', 'role'],
    'Connections that a consumer opened.',
  ),
  lab_wire_connections_closed_total: counter(
    'connections',
    ['consumer', 'provider', 'role'],
    'Connections that ended.',
  ),
  lab_wire_connections_refused_total: counter(
    'connections',
    ['consumer', 'provider', 'role'],
    'Connections that the provider did not take.',
  ),
  lab_wire_unparsed_total: counter(
    'messages',
    ['consumer', 'provider', 'role'],
    'Messages that the proxy could not read.',
  ),
  lab_wire_toxics_total: counter(
    'messages',
    ['consumer', 'provider', 'role', 'toxic'],
    'Messages or connections that a toxic struck, by the kind of fault.',
  ),
  lab_process_up: gauge('0 or 1', ['process'], '1 while the process is ready and not paused.'),
  lab_process_exits_total: counter(
    'exits',
    ['process', 'asked'],
    'Ends of the process; asked is false for one that nobody wanted.',
  ),
  lab_part_bytes: gauge(
    'bytes',
    ['part', 'figure'],
    'What a part was last measured to use, of figures in bytes (memoryBytes).',
  ),
  lab_part_seconds: gauge(
    'seconds',
    ['part', 'figure'],
    'The same, of figures in time (cpuMs since its start, eventLoopLagMs).',
  ),
  lab_part_count: gauge(
    'things',
    ['part', 'figure'],
    'The same, of figures that count (connections, sessions, clients, descriptors).',
  ),
  lab_stall_seconds_total: counter('seconds', [], 'How long the lab itself stood still.'),
  lab_journal_dropped_total: counter('entries', [], 'Entries that the journal lost.'),
} satisfies Readonly<Record<string, MetricDescription>>
