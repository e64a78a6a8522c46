import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test, vi } from 'vitest'
import { projectFolder } from './testing/project-folder.ts'
import { stateOfRun } from './testing/state-of-run.ts'

test('a test process that is killed leaves no process, no fault and no folder', async () => {
  await using project = await projectFolder()
  const { folder } = project
  const main = join(import.meta.dirname, 'testing/killed.ts')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  expect(JSON.parse(line)).toEqual({
    owed: ['down(redis)', 'pause(redis)'],
    alive: ['proxy', 'redis'],
  })
  child.kill('SIGKILL')
  await vi.waitFor(
    async () => {
      expect(await readdir(join(folder, '.lab/ledgers'))).toEqual([])
      expect(await readdir(join(folder, '.lab/scratch')).catch(() => [])).toEqual([])
      expect(await stateOfRun(folder)).toEqual({ owed: [], alive: [] })
    },
    { timeout: 30_000, interval: 50 },
  )
}, 300_000)
