import { expect, test, vi } from 'vitest'
import { Interruption } from '../base/interruption.ts'
import { errorRatio } from '../model/probes.ts'
import { at } from '../model/schedule.ts'
import { leftovers, running } from '../testing/counter-run.ts'
import { adding, misbehave } from '../testing/counter-target.ts'

// One after the other: other runs are under way in the file beside this one, on few cores.
vi.setConfig({ testTimeout: 120_000 })

test('an abort condition heals early, and the checks still run', async () => {
  const probe = errorRatio(adding())
  await using it = await running({
    schedule: [at('100ms', misbehave('refuse'), { for: '60s' })],
    abortWhen: [probe.above(0.1).for('250ms')],
  })
  expect(it.conclusion.verdict).toBe('inconclusive')
  expect(it.reasons.join()).toContain('aborted: error ratio of adding was')
  expect(it.conclusion.checks.kept?.word).toBe('valid')
  expect(it.conclusion.faults).toMatchObject([{ healedAtMs: expect.any(Number) }])
  expect(it.conclusion.durationMs).toBeLessThan(50_000)
})

test('an interruption in mid-fault heals, records, and ends with 130', async () => {
  const interrupt = new AbortController()
  await using it = await running(
    { schedule: [at('100ms', misbehave('refuse'), { for: '20s' })] },
    {
      signal: interrupt.signal,
      observe: journal =>
        journal.onEntry(entry => {
          if (entry.kind !== 'fault' || entry.step !== 'applied') return
          queueMicrotask(() => interrupt.abort(new Interruption('SIGINT')))
        }),
    },
  )
  expect(it.conclusion).toMatchObject({ verdict: 'inconclusive', exitCode: 130 })
  expect(it.conclusion.faults).toMatchObject([{ healedAtMs: expect.any(Number) }])
  expect(await leftovers(it.root)).toEqual([])
})

test.each(['start', 'preflight', 'baseline', 'recover', 'final-reads'] as const)(
  'an interruption in the phase %s ends with 130, and leaves nothing',
  async phase => {
    const interrupt = new AbortController()
    await using it = await running(
      {},
      {
        signal: interrupt.signal,
        observe: journal =>
          journal.onEntry(entry => {
            if (entry.kind !== 'phase' || entry.phase !== phase) return
            queueMicrotask(() => interrupt.abort(new Interruption('SIGTERM')))
          }),
      },
    )
    expect(it.conclusion.exitCode).toBe(130)
    expect(it.reasons.join()).toContain('interrupted by SIGTERM')
    expect(await leftovers(it.root)).toEqual([])
  },
)
