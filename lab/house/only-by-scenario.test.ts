import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')
const load = (file: string): Promise<unknown> => import(pathToFileURL(join(root, file)).href)

test('what only a scenario shows is a defence, and that scenario is there and has a test of it', async () => {
  const { onlyByScenario } = z
    .object({
      onlyByScenario: z.record(z.string(), z.object({ scenario: z.string(), because: z.string() })),
    })
    .parse(await load('targets/scenarios/only-by-scenario.ts'))
  const { defenceNames } = z
    .object({ defenceNames: z.array(z.string()) })
    .parse(await load('targets/service/defences.ts'))
  const catalogue = await readFile(join(root, 'docs/scenarios.md'), 'utf8')
  const tests: string[] = []
  for await (const file of glob('targets/scenarios/**/*.test.ts', { cwd: root })) {
    tests.push(await readFile(join(root, file), 'utf8'))
  }
  for (const [name, { scenario }] of Object.entries(onlyByScenario)) {
    expect(defenceNames).toContain(name)
    expect(catalogue, name).toContain(scenario)
    const both = tests.filter(text => text.includes(name) && text.includes(scenario))
    expect(both.length, `${name} and ${scenario}`).toBeGreaterThan(0)
  }
})
