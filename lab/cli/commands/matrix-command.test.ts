import { join } from 'node:path'
import { expect, test } from 'vitest'
import { madeUpProject } from '../../testing/made-up-project.ts'

const lab = join(import.meta.dirname, '../..')

const small = `
import { storm } from '${lab}/model/storm.ts'
import { kept } from '${lab}/testing/counter-checks.ts'
import { adding, counter, killCounter, misbehave } from '${lab}/testing/counter-target.ts'
export default storm({
  title: 'Small storm',
  target: counter(),
  workloads: { adding: { workload: adding(), checks: { kept: kept() } } },
  faults: {
    killed: { fault: killCounter(), for: '1s' },
    slow: { fault: misbehave('slow'), for: '1s' },
    half: { fault: misbehave('half'), for: '1s' },
  },
})
`
const before = { word: 'degraded', verdict: 'held', folder: 'runs/adding@slow/1', why: 'slow' }
const round = [
  { startedAt: '2026-03-01T00:00:00.000Z', commit: 'abc' },
  { name: 'adding@slow', result: before },
]

test('runs what the round lacks and is chosen, and links each cell to its run', async () => {
  await using it = await madeUpProject({
    'experiments/small.storm.ts': small,
    'runs/rounds/storm.jsonl': round.map(each => JSON.stringify(each)).join('\n'),
  })
  const none = await it.run(['matrix', '--only', 'rain'])
  expect(none.code).toBe(64)
  expect(none.stderr).toContain('a workload (adding), a fault (killed, slow, half)')
  const ended = await it.run(['matrix', '--only', 'killed', '--only', 'adding@slow'])
  expect(ended.stdout).toContain('Continuing the round of 2026-03-01')
  expect(ended.stdout).toMatch(/^killed +(held|degraded|refused)$/m)
  expect(ended.stdout).toMatch(/^slow +degraded$/m)
  expect(ended.stdout).toMatch(/^half +not run$/m)
  expect(ended.code).toBe(0)
  const { cells } = JSON.parse(await it.read('runs/storm-matrix.json'))
  const { folder } = cells.find(({ fault }: { fault: string }) => fault === 'killed')
  expect(await it.read(`${folder}/report.html`)).toContain('adding keeps its promises under killed')
  const page = await it.read('runs/storm-matrix.html')
  expect(page).toContain(`href="adding%40killed/${folder.split('/')[2]}/report.html"`)
  expect(await it.read('runs/rounds/storm.jsonl')).toContain('"adding@killed"')
  expect((await it.run(['list'])).stdout).toContain('0 experiments')
}, 240_000)
