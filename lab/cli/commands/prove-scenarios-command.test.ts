import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test as plainTest, vi } from 'vitest'

/** They mostly wait for processes, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 180_000 })

const root = join(import.meta.dirname, '../../..')

/** A defence that is missed, one that only its control notices, and one whose test always fails. */
const files = {
  'package.json': '{ "type": "module" }',
  'vitest.config.ts': `export default { test: { projects: [{ test: {
    name: 'scenarios', include: ['targets/scenarios/**/*.test.ts'] } }] } }`,
  'targets/service/defences.ts': `
    export const defenceNames = ['lock', 'limit', 'retry', 'endless', 'other']`,
  'targets/scenarios/orders/lock.test.ts': `
    import { describe, expect, test } from 'vitest'
    const off = process.env.LAB_DEFENCES_OFF
    describe('ORD-01 lock', () => {
      test('holds (always)', () => expect(off).not.toBe('lock'))
      test('control: fails anyhow', () => expect(off).toBe('nothing'))
    })`,
  'targets/scenarios/orders/limit.test.ts': `
    import { expect, test } from 'vitest'
    test('is not asked for limit', () => {})
    test('control: without limit', () => expect(process.env.LAB_DEFENCES_OFF).toBe(''))`,
  'targets/scenarios/orders/retry.test.ts': `
    import { expect, test } from 'vitest'
    test('of retry fails whatever is off', () => expect(1).toBe(2))`,
  'targets/scenarios/orders/endless.test.ts': `
    import { test } from 'vitest'
    test('of endless', () => new Promise(() => setInterval(() => {}, 1_000)), 100_000)`,
}

async function prove(...flags: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-prove-scenarios-'))
  try {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, file)), { recursive: true })
      await writeFile(join(folder, file), text)
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    const { code, stdout, stderr } = await lab(folder, flags)
    const file = /^runs\/.*\.json$/m.exec(stdout)?.[0]
    const kept = file && JSON.parse(await readFile(join(folder, file), 'utf8'))
    return { code, stdout, stderr, defences: kept?.defences }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function lab(cwd: string, flags: readonly string[]) {
  const args = [join(root, 'lab/cli/main.ts'), 'prove-scenarios', ...flags]
  const options = { cwd, timeout: 170_000 }
  return new Promise<{ code: unknown; stdout: string; stderr: string }>(resolve => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr })
    })
  })
}

test('a defence without which a positive test fails is missed: 0', async () => {
  const { code, defences, stdout } = await prove('--only', 'lock')
  expect(defences).toMatchObject([
    { defence: 'lock', result: 'missed', by: ['ORD-01 lock holds (always)'], ran: 1 },
  ])
  expect(stdout).toContain('1 of 1 missed')
  expect(code).toBe(0)
})

test('a defence that only its control notices, or no test names, is unnoticed: 1', async () => {
  const { code, defences } = await prove('--only', 'limit', '--only', 'other')
  expect(defences).toMatchObject([
    { defence: 'limit', result: 'unnoticed', ran: 1, why: '1 tests pass without it' },
    { defence: 'other', result: 'unnoticed', ran: 0, why: 'no file of scenarios names it' },
  ])
  expect(code).toBe(1)
})

test('a test that fails with the defence too shows nothing: 2', async () => {
  const { code, defences } = await prove('--only', 'retry')
  expect(defences).toMatchObject([{ defence: 'retry', result: 'unknown', by: [] }])
  expect(code).toBe(2)
})

test('a run that is not over in time shows nothing: 2', async () => {
  const { code, defences } = await prove('--only', 'endless', '--limit', '3')
  expect(defences).toMatchObject([{ result: 'unknown', why: 'not over in 3 s' }])
  expect(code).toBe(2)
})

test('a name that is no defence is refused: 64', async () => {
  const { code, stderr } = await prove('--only', 'lokc')
  expect(stderr).toContain('choose one of: lock, limit, retry, endless, other')
  expect(code).toBe(64)
})
