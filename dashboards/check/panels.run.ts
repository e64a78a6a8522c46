import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { prometheusServer } from '../../targets/runtime/prometheus-server.ts'
import { missing } from '../../targets/testing/missing.ts'
import { testRun } from '../../targets/testing/test-run.ts'
import type { Board } from '../panel.ts'
import { boards } from '../panels.ts'
import { aBadDay } from './a-bad-day.ts'
import { watchedRun } from './watched-run.ts'

/** A panel that reads what there is, and never draws anything. */
const control: Board = {
  name: 'control',
  title: 'Control',
  panels: [
    {
      ...{ id: 'empty', title: 'Empty', kind: 'lines', unit: 'none' },
      queries: [{ expr: 'lab_fault_active{strike="nobody"}', legend: '' }],
    },
  ],
}

test.skipIf(await missing(prometheusServer))(
  'every query of every panel draws something in a real run, and an empty panel is found',
  async () => {
    await using context = await testRun()
    const root = await mkdtemp(join(tmpdir(), 'panels-'))
    try {
      const { drawn, conclusion } = await watchedRun(aBadDay, [...boards, control], {
        context,
        root,
      })
      const { faults, reasons } = conclusion
      expect(faults, reasons.map(({ text }) => text).join('; ')).toHaveLength(3)
      expect(drawn.length).toBeGreaterThan(60)
      const empty = drawn.filter(({ series }) => series === 0)
      expect(empty.map(({ panel, expr }) => `${panel}: ${expr}`)).toEqual([
        'control/empty: lab_fault_active{strike="nobody"}',
      ])
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  },
  300_000,
)
