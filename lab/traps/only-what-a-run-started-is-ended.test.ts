import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../base/clock.ts'
import { startGuardian } from '../guardian/client.ts'
import { scratchFolderFor } from '../ledger/reachable-folder.ts'
import { isAlive } from '../processes/process-table.ts'
import { findMentioning } from '../testing/find-mentioning.ts'
import { craftedProject, endOf, main, stranger } from './crafted-project.ts'

async function liveRun(root: string) {
  const labFolder = join(root, '.lab')
  const scratchFolder = await scratchFolderFor(labFolder, 'live')
  const options = { folder: labFolder, scratchFolder, runId: 'live', clock: systemClock }
  const guardian = await startGuardian(options)
  return { guardian, scratchFolder }
}

test('a shell that works in the scratch folder of a run outlives the run', async () => {
  await using it = await craftedProject()
  const { guardian, scratchFolder } = await liveRun(it.root)
  using shell = await stranger(scratchFolder)
  await guardian[Symbol.asyncDispose]()
  expect(isAlive(shell)).toBe(true)
  expect(existsSync(scratchFolder)).toBe(false)
})

test('a daemon that left its parent, its session and its folder is ended by its tag', async () => {
  await using it = await craftedProject()
  const { guardian } = await liveRun(it.root)
  const mark = `${it.root}/daemon`
  await guardian.spawn({
    name: 'server',
    command: 'sh',
    args: ['-c', `cd /; setsid sh -c 'setsid sh -c "sleep 600; : ${mark}" & ' & exec sleep 600`],
    logFile: join(it.root, 'log'),
  })
  while (findMentioning(mark).length < 1) await systemClock.sleep(10)
  const found = findMentioning(mark)
  await guardian[Symbol.asyncDispose]()
  expect(found.filter(isAlive)).toEqual([])
})

const cannotUnshare = spawnSync('unshare', ['-p', '-f', '--mount-proc', 'true']).status !== 0

test.skipIf(cannotUnshare)(
  'a run that lives in another PID namespace is left alone, and said to be',
  async () => {
    await using it = await craftedProject()
    const { guardian, scratchFolder } = await liveRun(it.root)
    const server = await guardian.spawn({
      name: 'server',
      command: 'sleep',
      args: ['600'],
      logFile: join(it.root, 'log'),
    })
    const inside = ['-p', '-f', '--mount-proc', process.execPath, main, 'heal']
    const ended = await endOf(spawn('unshare', inside, { cwd: it.root }))
    expect(ended.stdout).toMatch(/Run live is left alone.*another PID namespace/)
    expect(existsSync(join(it.ledgers, 'live.jsonl'))).toBe(true)
    expect(existsSync(scratchFolder)).toBe(true)
    expect(server.running).toBe(true)
    await guardian[Symbol.asyncDispose]()
    expect(existsSync(scratchFolder)).toBe(false)
  },
)
