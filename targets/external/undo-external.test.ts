import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { processIn } from './pid-file-control.ts'
import { undo, undoArgs } from './undo-external.ts'

let folder: string
let config: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-external-'))
  config = join(folder, 'lab.config.js')
  const start = 'sleep 60 & echo $! > pid; echo "mark=$LAB_RUN" >> starts'
  const external = {
    proxies: [{ url: 'http://127.0.0.1:1' }],
    parts: { sleeper: { process: { pidFile: 'pid', start } } },
    mayHurt: ['sleeper'],
  }
  await writeFile(config, `export default { external: ${JSON.stringify(external)} }\n`)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const args = () => ({ config, part: 'sleeper', action: 'start' }) as const

test('starts what does not run, once, outside of every run, and continues what stands still', async () => {
  process.env.LAB_RUN = 'of somebody'
  await undo(args())
  await undo(args())
  delete process.env.LAB_RUN
  const found = await processIn(join(folder, 'pid'))
  if (!found) throw new Error('it was not started')
  try {
    expect(await readFile(join(folder, 'starts'), 'utf8')).toBe('mark=\n')
    process.kill(found.pid, 'SIGSTOP')
    const startedAt = found.id.slice(found.id.indexOf('@') + 1)
    await undo({ ...args(), action: 'resume', process: { pid: found.pid, startedAt } })
    await sleep(50)
    expect(await readFile(`/proc/${found.pid}/stat`, 'utf8').catch(() => ') S')).toMatch(/\) [SR]/)
    process.kill(found.pid, 'SIGSTOP')
    await undo({ ...args(), action: 'resume', process: { pid: found.pid, startedAt: 'earlier' } })
    expect(await readFile(`/proc/${found.pid}/stat`, 'utf8').catch(() => ') T')).toContain(') T')
  } finally {
    process.kill(found.pid, 'SIGKILL')
  }
})

test('a file of another name, that anybody may write, or of a run, says nothing of what is run', async () => {
  expect(() => undoArgs.parse({ ...args(), config: join(folder, 'evil.js') })).toThrow()
  await chmod(config, 0o666)
  await expect(undo(args())).rejects.toThrow('anybody may write it')
  await chmod(config, 0o644)
  const data = join(folder, 'runs/one')
  await mkdir(data, { recursive: true })
  await copyFile(config, join(data, 'lab.config.js'))
  const written = undo({ ...args(), config: join(data, 'lab.config.js') })
  await expect(written).rejects.toThrow('is data of runs')
})
