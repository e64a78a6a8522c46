import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const workflow = await readFile(join(root, '.github/workflows/ci.yml'), 'utf8')
const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))

/** The jobs of the workflow, each with its text. */
const jobs = new Map(
  (workflow.split('\njobs:\n')[1] ?? '').split(/^(?= {2}[a-z]+:$)/m).flatMap(text => {
    const name = /^ {2}([a-z]+):$/m.exec(text)?.[1]
    return name === undefined ? [] : [[name, text] as const]
  }),
)

test('the hosted workflow runs the three tiers', () => {
  expect([...jobs.keys()]).toEqual(
    expect.arrayContaining(['push', 'experiments', 'proofs', 'storm', 'soak']),
  )
  expect(jobs.get('push')).toContain('bash .ci/run')
  expect(jobs.get('experiments')).toContain('pnpm resilience --all --fresh')
  expect(jobs.get('proofs')).toContain('pnpm prove --all --fresh')
  expect(jobs.get('storm')).toContain('pnpm matrix --fresh')
  expect(jobs.get('oracles')).toContain('pnpm nightly')
  expect(jobs.get('examples')).toContain('LAB_REQUIRE=examples npx -y pnpm examples')
  expect(jobs.get('soak')).toContain('pnpm soak --for')
})

test('every command it runs is there, and what it leaves is kept also when it fails', () => {
  const named = [...workflow.matchAll(/npx -y pnpm ([\w-]+)/g)].map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter(name => !(name in scripts) && name !== 'audit' && name !== 'exec')).toEqual(
    [],
  )
  for (const [name, text] of jobs) {
    if (name !== 'audit') expect(text, name).toMatch(/upload-artifact@v\d\n {8}if: always\(\)/)
    expect(text, name).toMatch(/^ {4}timeout-minutes: \d+$/m)
  }
})
