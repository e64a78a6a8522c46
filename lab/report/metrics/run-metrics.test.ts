import { describe, expect, test } from 'vitest'
import { systemClock } from '../../base/clock.ts'
import { journalOf } from '../../checkers/shared/journal-of.ts'
import type { Journal } from '../../journal/journal.ts'
import { sampleConclusion, sampleRun } from '../sample-run.ts'
import { RunMetrics } from './run-metrics.ts'

const startedMs = Date.parse('2026-01-02T03:04:05.000Z')
const seconds = startedMs / 1000

/** The page after these entries, at so many ms of the run. */
async function pageOf(journal: Journal, atMs: number, metrics = new RunMetrics(clockAt(atMs))) {
  for (const entry of journal) if (entry.atMs <= atMs) metrics.take(entry)
  return metrics.registry.metrics()
}

const clockAt = (atMs: number) => ({ ...systemClock, wall: () => new Date(startedMs + atMs) })

describe('metrics of a run', () => {
  test('tell the phase as one of all, and neither verdict nor end before there is one', async () => {
    const page = await pageOf(sampleRun(), 12_000)
    expect(page).toContain('lab_run_phase{phase="inject"} 1')
    expect(page).toContain('lab_run_phase{phase="baseline"} 0')
    expect(page).toContain(`lab_run_start_time_seconds ${seconds}`)
    expect(page).toContain('lab_run_end_time_seconds 0')
    expect(page).not.toMatch(/lab_run_verdict\{.*\} 1/)
  })

  test('tell of each strike since when and until when, and how long kinds were in force', async () => {
    const during = await pageOf(sampleRun(), 12_400)
    const hole = '{strike="blackHole(replication)",fault="blackHole(replication)"}'
    expect(during).toContain(`lab_fault_active${hole} 1`)
    expect(during).toContain(`lab_fault_start_time_seconds${hole} ${seconds + 9.4}`)
    expect(during).not.toContain(`lab_fault_end_time_seconds${hole}`)
    expect(during).toContain('lab_fault_seconds_total{fault="blackHole(replication)"} 3')
    const after = await pageOf(sampleRun(), 30_000)
    expect(after).toContain(`lab_fault_active${hole} 0`)
    expect(after).toContain(`lab_fault_end_time_seconds${hole} ${seconds + 15.9}`)
    expect(after).toContain('lab_fault_seconds_total{fault="blackHole(replication)"} 6.5')
    expect(after).toContain('lab_faults_total{fault="kill(redis primary)"} 1')
    expect(after).toContain(`lab_fault_landed_effects${hole} 8214`)
  })

  test('a strike that could not be healed stays in force, one that hit nothing has not landed', async () => {
    const names = { strike: 's', fault: 'f', label: 'f' }
    const fault = { kind: 'fault', id: 1, ...names, touches: ['a>b.c'] } as const
    const told = [
      { ...fault, step: 'applied', atMs: 1_000 },
      { ...fault, step: 'landed', landed: 0, atMs: 2_000 },
      { ...fault, step: 'healed', error: 'gone', atMs: 2_000 },
    ] as const
    const page = await pageOf(journalOf(told), 3_000)
    expect(page).toContain('lab_fault_active{strike="s",fault="f"} 1')
    expect(page).toContain('lab_fault_landed{strike="s",fault="f"} 0')
    const link = 'lab_fault_link_info{strike="s",consumer="a",provider="b",role="c"}'
    expect(page).toContain(`${link} 1`)
    expect(page).not.toContain('lab_fault_end_time_seconds{')
  })

  test('name links by who asks and who answers, with one unit for each family', async () => {
    const page = await pageOf(sampleRun(), 30_000)
    const link = 'consumer="client",provider="api-1",role=""'
    expect(page).toMatch(
      new RegExp(`lab_wire_messages_total\\{${link},direction="upstream",message="SET"\\} \\d+`),
    )
    expect(page).toMatch(
      new RegExp(`lab_wire_bytes_total\\{${link},direction="downstream"\\} \\d+`),
    )
    expect(page).not.toContain('>')
  })

  test('cut off what a protocol may name without end', async () => {
    const told = Array.from({ length: 100 }, (_, number) => ({
      ...({ kind: 'wire-count', link: 'a>b', atMs: number } as const),
      counts: { [`request:${number}`]: 1, 'toxic:blackHole-c2edc0-upstream': 1 },
    }))
    const page = await pageOf(journalOf(told), 1_000)
    expect(page.match(/^lab_wire_messages_total/gm)).toHaveLength(65)
    expect(page).toMatch(/lab_wire_messages_total\{.*message="other"\} 36/)
    expect(page).toMatch(/lab_wire_toxics_total\{.*toxic="blackHole"\} 100/)
  })

  test('count traffic by how it ended, and none of the final reads', async () => {
    const page = await pageOf(sampleRun(), 30_000)
    const failed = 'lab_operations_total{workload="checkout",outcome="fail",ended="refused"}'
    expect(page).toMatch(new RegExp(`${failed} \\d+`))
    const op = { workload: 'w', op: 1_000_000_001, client: 0, f: 'read' }
    const reads = [
      { kind: 'invoke', ...op, input: null, intendedMs: 1, atMs: 1 },
      { kind: 'complete', ...op, outcome: { kind: 'ok', value: 1 }, latencyMs: 1, atMs: 2 },
    ] as const
    expect(await pageOf(journalOf(reads), 10)).not.toContain('workload="w"')
  })

  test('give figures of parts by their unit', async () => {
    const figures = { memoryBytes: 5, cpuMs: 1500, sessions: 7 }
    const page = await pageOf(journalOf([{ kind: 'resources', of: 'db', figures, atMs: 1 }]), 10)
    expect(page).toContain('lab_part_bytes{part="db",figure="memoryBytes"} 5')
    expect(page).toContain('lab_part_seconds{part="db",figure="cpuMs"} 1.5')
    expect(page).toContain('lab_part_count{part="db",figure="sessions"} 7')
  })

  test('tell the verdict, what checks found and how long it took, and fall back', async () => {
    const metrics = new RunMetrics(clockAt(30_000))
    for (const entry of sampleRun()) metrics.take(entry)
    const { kept } = sampleConclusion.checks
    if (!kept) throw new Error('The sample has no check called kept.')
    const back = { ...kept, figures: { recoveryMs: 1_500 } }
    metrics.conclude({ ...sampleConclusion, checks: { kept, back } })
    const page = await metrics.registry.metrics()
    expect(page).toContain('lab_run_verdict{verdict="not-restored"} 1')
    expect(page).toContain('lab_run_verdict{verdict="held"} 0')
    expect(page).toContain('lab_check_result{check="kept",result="invalid"} 1')
    expect(page).toContain('lab_recover_seconds{check="back"} 1.5')
    expect(page).toContain(`lab_run_end_time_seconds ${seconds + 23.2}`)
    expect(page).not.toMatch(/lab_run_phase\{.*\} 1/)
    metrics.fallBack()
    const after = await metrics.registry.metrics()
    expect(after).not.toMatch(/lab_(run_verdict|check_result)\{.*\} 1/)
    expect(after).toContain(`lab_run_end_time_seconds ${seconds + 23.2}`)
  })
})
