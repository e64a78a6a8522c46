import { join } from 'node:path'
import { expect, test } from 'vitest'
import { conclusion } from '../../testing/conclusion.ts'
import { counterFile, madeUpProject } from '../../testing/made-up-project.ts'

const lab = join(import.meta.dirname, '../..')

const config = `export default { test: { projects: [{ root: '${lab}', test: {
  name: 'experiments', include: ['vitest/resilience.test.ts'] } }] } }`

/** Its strike needs what no machine has. */
const needy = counterFile(
  "schedule: [at('200ms', { ...killCounter(), needs: ['a-third-arm'] }, { for: '300ms' })]",
)

/** The round that was interrupted after its first experiment. */
const round = [
  { startedAt: '2026-03-01T00:00:00.000Z', commit: 'abc' },
  { name: 'done', result: conclusion({ experiment: 'done', title: 'A promise' }) },
]

async function project() {
  const it = await madeUpProject({
    'package.json': '{ "type": "module" }',
    'vitest.config.ts': config,
    'experiments/done.ts': counterFile(),
    'experiments/needy.ts': needy,
  })
  const interrupted = () =>
    it.write('runs/rounds/resilience.jsonl', round.map(each => JSON.stringify(each)).join('\n'))
  await interrupted()
  return { ...it, interrupted }
}

test('--all continues an interrupted round, and shows what is not run with what brings it', async () => {
  await using it = await project()
  const ended = await it.run(['resilience', '--all'])
  expect(ended.stdout).toContain('Continuing the round of 2026-03-01T00:00:00.000Z')
  expect(ended.stdout).toContain('done was run in this round already: held')
  expect(ended.code).toBe(0)
  const summary = await it.read('runs/summary.md')
  expect(summary).toContain('Resilience: 1 of 1 held')
  expect(summary).toMatch(/needy \| – not run \| needs a-third-arm.*see pnpm lab doctor/)
  expect(await it.read('runs/junit.xml')).toContain('<skipped')
  await expect(it.read('runs/rounds/resilience.jsonl')).rejects.toThrow('ENOENT')

  await it.interrupted()
  const env = { LAB_REQUIRE: 'experiments', GITHUB_ACTIONS: 'true' }
  const required = await it.run(['resilience', '--all'], env)
  expect(required.code).toBe(4)
  expect(required.stdout).toMatch(/^::error title=needy was not run::needs a-third-arm/m)
  expect(await it.read('runs/summary.md')).toContain('| needy | ✗ not run')
}, 120_000)
