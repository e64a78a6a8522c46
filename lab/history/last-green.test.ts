import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { conclusion } from '../testing/conclusion.ts'
import type { Conclusion } from '../verdict/conclusion.ts'
import { demandHeld } from '../vitest/index.ts'
import { diffToGreen, keepGreen, readLastGreen } from './last-green.ts'

function concluded(verdict: Conclusion['verdict'], outageMs: number): Conclusion {
  const word = verdict === 'held' ? ('valid' as const) : ('invalid' as const)
  return conclusion({
    verdict,
    seed: 7,
    checks: { outage: { checker: 'o', word, story: 's', figures: { outageMs } } },
    reasons: verdict === 'held' ? [] : [{ word: 'broken', text: 'check outage: too long' }],
  })
}

test('keeps the last held run of each experiment, and no other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lab-green-'))
  const file = join(folder, 'green.json')
  await keepGreen(file, await readLastGreen(file), [concluded('held', 100)])
  await keepGreen(file, await readLastGreen(file), [concluded('broken', 900)])
  expect(await readLastGreen(file)).toMatchObject({ e: { verdict: 'held' } })
  await rm(folder, { recursive: true })
})

test('says what changed since: verdict, checks, and figures that moved by a fifth', () => {
  const diff = diffToGreen({ e: concluded('held', 100) }, [concluded('broken', 900)])
  expect(diff).toContain('e: held → **broken**')
  expect(diff).toContain('check outage: valid → invalid')
  expect(diff).toContain('outage.outageMs: 100 → 900')
  expect(diffToGreen({ e: concluded('held', 100) }, [concluded('held', 110)])).toContain('Nothing')
})

test('only held passes under Vitest, and the failure says how to repeat it', () => {
  expect(() => demandHeld(concluded('held', 1))).not.toThrow()
  for (const verdict of ['broken', 'inconclusive', 'not-restored', 'error'] as const) {
    expect(() => demandHeld(concluded(verdict, 1))).toThrow('pnpm experiment e --seed 7')
  }
})
