import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SoakRun } from '../../proof/soak.ts'
import { conclusion } from '../../testing/conclusion.ts'
import { counterFile, madeUpProject } from '../../testing/made-up-project.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'

const day = '2026-03-01T'

function runOf(experiment: string, minute: number, changes: Partial<Conclusion> = {}) {
  const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
  const startedAt = `${day}${clock}:00.000Z`
  const folder = `runs/${experiment}/${startedAt.replace(/[:.]/g, '-')}`
  const made = conclusion({ experiment, startedAt, durationMs: 20_000 + minute, ...changes })
  return { folder, text: JSON.stringify(made) }
}

const soaked: SoakRun = {
  at: '2026-02-01T00:00:00.000Z',
  commit: 'c',
  seed: 1,
  change: 'durable',
  verdict: 'broken',
  asExpected: true,
  problems: [],
  findings: {},
  durationMs: 1,
}

async function project() {
  const it = await madeUpProject({
    'experiments/counters/killed.ts': counterFile("tier: 'push'"),
    'experiments/counters/untouched.ts': counterFile(),
    'experiments/queues/wrong.ts': 'export const nothing = 1',
    'docs/soak/killed.jsonl': `${JSON.stringify(soaked)}\n`,
    'docs/soak/untouched.jsonl': '{"at": 1}\n',
  })
  for (let minute = 0; minute < 300; minute++) {
    const { folder, text } = runOf('killed', minute)
    await it.write(`${folder}/verdict.json`, text)
  }
  const broken = runOf('killed', 301, { verdict: 'broken' })
  await it.write(`${broken.folder}/verdict.json`, broken.text)
  const ablation = runOf('killed', 302, { verdict: 'not-restored', defencesOff: ['durable'] })
  await it.write(`${ablation.folder}/verdict.json`, ablation.text)
  await it.write(`${runOf('killed', 303).folder}/verdict.json`, '{"verdict": "gre')
  await mkdir(join(it.root, runOf('killed', 304).folder, 'verdict.json'), { recursive: true })
  await it.write(`${runOf('killed', 305).folder}/journal.jsonl`, '')
  await it.write('runs/killed/proofs/2026-03-01.json', '[]')
  return it
}

test('lists by family what hundreds of runs and a ledger say, and names damaged files', async () => {
  await using it = await project()
  const [text, json] = await Promise.all([it.run(['list']), it.run(['list', '--json'])])
  expect(json.code).toBe(0)
  const { experiments, unreadable } = JSON.parse(json.stdout)
  expect(experiments).toMatchObject([
    {
      name: 'killed',
      family: 'counters',
      tier: 'push',
      runs: 301,
      last: { verdict: 'broken', at: `${day}05:01:00.000Z` },
      lastHeldAt: `${day}04:59:00.000Z`,
      durationMs: 20_296,
      proof: { claims: 1, proved: ['durable'], provedAt: soaked.at },
    },
    { name: 'untouched', family: 'counters', tier: 'night', runs: 0, proof: { proved: [] } },
    { name: 'wrong', family: 'queues', broken: 'no default export' },
  ])
  expect(unreadable.map(({ file }: { file: string }) => file)).toEqual([
    expect.stringContaining('05-03-00-000Z/verdict.json'),
    expect.stringContaining('05-04-00-000Z/verdict.json'),
    'runs/killed/proofs/2026-03-01.json',
    'docs/soak/untouched.jsonl',
  ])
  expect(text.stdout).toMatch(
    /^counters\n {2}killed +push +broken 2026-03-01 05:01 +2026-02-01 00:00 +301 +20 s/m,
  )
  expect(text.stdout).toMatch(/^ {2}untouched +night +never run +0 of 1 claims +0 /m)
  expect(text.stdout).toMatch(/^queues\n {2}wrong .*broken: no default export$/m)
  expect(text.stdout).toMatch(/Not readable, and left out:\n(?: {2}.*\n?){4}/)
})
