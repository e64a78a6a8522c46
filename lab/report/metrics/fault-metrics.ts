import type { Entry } from '../../journal/journal.ts'
import { isLink, linkLabels } from './link-labels.ts'
import type { MetricSet } from './metric-set.ts'

type FaultEntry = Extract<Entry, { kind: 'fault' }>

/** The run's own time: when it began, and how long ago that was. */
export interface RunTime {
  /** Unix time in seconds of a moment of the run. */
  unix(atMs: number): number
  nowMs(): number
}

/** Which strikes are in force, since when and until when, on what, and what they came to. */
export function faultMetrics(metrics: MetricSet, time: RunTime): (entry: Entry) => void {
  const active = metrics.gauge('lab_fault_active')
  const began = metrics.gauge('lab_fault_start_time_seconds')
  const ended = metrics.gauge('lab_fault_end_time_seconds')
  const count = metrics.counter('lab_faults_total')
  const landed = metrics.gauge('lab_fault_landed')
  const effects = metrics.gauge('lab_fault_landed_effects')
  const links = metrics.gauge('lab_fault_link_info')
  const processes = metrics.gauge('lab_fault_process_info')
  const inForce = new Map<number, { readonly fault: string; readonly sinceMs: number }>()
  const spentMs = new Map<string, number>()
  const spend = (fault: string, ms: number) => spentMs.set(fault, (spentMs.get(fault) ?? 0) + ms)
  const seconds = metrics.counter('lab_fault_seconds_total', () => {
    seconds.reset()
    for (const [fault, ms] of spentMs) seconds.inc({ fault }, ms / 1000)
    const nowMs = time.nowMs()
    for (const { fault, sinceMs } of inForce.values()) {
      seconds.inc({ fault }, Math.max(0, nowMs - sinceMs) / 1000)
    }
  })
  const touch = ({ strike, touches }: FaultEntry, value: 0 | 1) => {
    for (const touched of touches) {
      if (isLink(touched)) links.set({ strike, ...linkLabels(touched) }, value)
      else processes.set({ strike, process: touched }, value)
    }
  }
  return entry => {
    if (entry.kind !== 'fault') return
    const { id, strike, fault, step, atMs, error } = entry
    const labels = { strike, fault }
    if (step === 'applied') {
      inForce.set(id, { fault, sinceMs: atMs })
      active.set(labels, 1)
      began.set(labels, time.unix(atMs))
      count.inc({ fault })
      touch(entry, 1)
    }
    if (step === 'landed' && entry.landed !== undefined) {
      effects.set(labels, entry.landed)
      landed.set(labels, entry.landed > 0 ? 1 : 0)
    }
    // One that could not be undone is still there.
    if (step === 'healed' && error === undefined) {
      const known = inForce.get(id)
      if (known) spend(fault, atMs - known.sinceMs)
      inForce.delete(id)
      active.set(labels, 0)
      ended.set(labels, time.unix(atMs))
      touch(entry, 0)
    }
  }
}
