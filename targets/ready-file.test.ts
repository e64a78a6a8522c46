import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readyFile } from './ready-file.ts'
import { testRun } from './testing/test-run.ts'

const ready = z.object({ url: z.url() })

test('reads where a process listens, once it says so', async () => {
  await using run = await testRun()
  const file = join(run.scratchFolder, 'ready.json')
  const script = `
    fs.writeFileSync('${file}.new', '{"url":"http://127.0.0.1:1"}')
    setTimeout(() => fs.renameSync('${file}.new', '${file}'), 50)
    setInterval(() => {}, 1000)`
  const process = await spawned(run, 'speaker', script)
  expect(await readyFile(run, process, file, ready)).toEqual({ url: 'http://127.0.0.1:1' })
})

test('tells how a process ended that never said so, and the end of its log', async () => {
  await using run = await testRun()
  const process = await spawned(run, 'mute', `console.error('no such database'); process.exit(3)`)
  const waiting = readyFile(run, process, join(run.scratchFolder, 'ready.json'), ready)
  const message = expect.stringMatching(/mute to start.*ended with code 3.*no such database/s)
  await expect(waiting).rejects.toMatchObject({ code: 'process-not-ready', message })
})

function spawned(run: Awaited<ReturnType<typeof testRun>>, name: string, script: string) {
  return run.guardian.spawn({
    name,
    command: process.execPath,
    args: ['--eval', script],
    logFile: join(run.runFolder, `${name}.log`),
  })
}
