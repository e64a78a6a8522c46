import { expect, test } from 'vitest'
import { journalOf, type Told } from '../checkers/shared/journal-of.ts'
import { firstFinalOp, type Outcome } from '../journal/journal.ts'
import { latenessIn, operationsIn } from './traffic-window.ts'

const ok: Outcome = { kind: 'ok', value: 1 }
const asked = (op: number, intendedMs: number, lateMs = 0, workload = 'reads'): Told => {
  const common = { workload, op, client: 0, f: 'read', input: null } as const
  return { kind: 'invoke', ...common, intendedMs, atMs: intendedMs + lateMs }
}
const answered = (op: number, atMs: number, latencyMs: number, workload = 'reads'): Told => {
  const common = { workload, op, client: 0, f: 'read' } as const
  return { kind: 'complete', ...common, outcome: ok, latencyMs, atMs }
}
const window = (...events: readonly Told[]) => {
  return { fromMs: 1_000, toMs: 2_000, entries: journalOf(events) }
}

test('a window has its beginning and not its end', () => {
  const seen = window(asked(0, 999), asked(1, 1_000), asked(2, 1_999), asked(3, 2_000))
  expect(operationsIn(seen, 'reads').map(({ latencyMs }) => latencyMs)).toEqual([1_000, 1])
})

test('an answer counts by its own time, and after the window too', () => {
  const seen = window(asked(0, 1_500), answered(0, 2_400, 900), asked(1, 1_600))
  expect(operationsIn(seen, 'reads')).toEqual([
    { outcome: ok, latencyMs: 900 },
    { outcome: undefined, latencyMs: 400 },
  ])
})

test('an answer to what was due before the window is none of it', () => {
  expect(operationsIn(window(asked(0, 900), answered(0, 1_100, 200)), 'reads')).toEqual([])
})

test('other workloads and final reads are not seen, even where numbers agree', () => {
  const final = asked(firstFinalOp, 1_500)
  const other = window(asked(0, 1_500), answered(0, 1_600, 100, 'writes'), final)
  expect(operationsIn(other, 'reads')).toEqual([{ outcome: undefined, latencyMs: 500 }])
  expect(operationsIn(other, 'writes')).toEqual([])
  expect(operationsIn(window(asked(firstFinalOp - 1, 1_500)), 'reads')).toHaveLength(1)
})

test('lateness is the 95th percentile of the starts that were due in the window', () => {
  const starts = Array.from({ length: 100 }, (_, op) => asked(op, 1_000 + op, 100 - op))
  expect(latenessIn(window(...starts), 'reads')).toBe(96)
  expect(latenessIn(window(asked(0, 1_000, 7.6)), 'reads')).toBe(8)
  expect(latenessIn(window(), 'reads')).toBe(0)
})

test('lateness looks at its workload alone, and at nothing outside the window', () => {
  const elsewhere = [asked(0, 999, 50), asked(1, 2_000, 50), asked(2, 1_500, 50, 'writes')]
  const final = asked(firstFinalOp, 1_500, 50)
  expect(latenessIn(window(asked(3, 1_000, 3), ...elsewhere, final), 'reads')).toBe(3)
  expect(latenessIn(window(asked(0, 1_500, -5)), 'reads')).toBe(0)
})
