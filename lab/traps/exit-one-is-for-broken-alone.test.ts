import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as plainTest, vi } from 'vitest'
import { craftedProject, endOf, main } from './crafted-project.ts'

const testing = join(import.meta.dirname, '../testing')
const good = `
import { counterExperiment } from '${testing}/counter-experiment.ts'
export default counterExperiment()
`
const slip = (what: string) => `
import { at } from '${join(import.meta.dirname, '../model/schedule.ts')}'
import { counterExperiment } from '${testing}/counter-experiment.ts'
import { misbehave } from '${testing}/counter-target.ts'
setTimeout(() => { ${what} }, 1_500)
export default counterExperiment({ schedule: [at('100ms', misbehave('refuse'), { for: '60s' })] })
`

/** They mostly wait for the command line, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 3 })

const slips = {
  'an exception that nobody catches': "throw new Error('a slip')",
  'a rejection that nobody awaits': "void Promise.reject(new Error('a slip'))",
}

test.each(Object.entries(slips))(
  '%s ends the lab with 4, and its run is healed',
  async (...row) => {
    await using it = await craftedProject()
    await writeFile(join(it.root, 'experiments/slip.ts'), slip(row[1]))
    const ended = await it.lab('experiment', 'slip')
    expect(ended.code).toBe(4)
    expect(ended.stderr).toMatch(/^The lab itself failed: a slip \(.*slip.ts:\d+:\d+\)$/m)
    expect(ended.stderr).not.toMatch(/^ +at /m)
    const deadline = performance.now() + 30_000
    const left = async () => (await readdir(it.ledgers)).filter(name => name.endsWith('.jsonl'))
    while ((await left()).length > 0 && performance.now() < deadline) {
      await new Promise(done => setTimeout(done, 50))
    }
    expect(await left()).toEqual([])
  },
)

test.each([0, 1])(
  'an experiment that ends the process with %i has no verdict, and ends with 4',
  async code => {
    await using it = await craftedProject()
    await writeFile(join(it.root, 'experiments/slip.ts'), slip(`process.exit(${code})`))
    const ended = await it.lab('experiment', 'slip')
    expect(ended.code).toBe(4)
    expect(ended.stderr).toContain(`Something ended the lab with ${code}`)
  },
)

test('a reader that leaves after the first line is no error', async () => {
  await using it = await craftedProject()
  for (let n = 0; n < 30; n++) await writeFile(join(it.root, `experiments/e${n}.ts`), good)
  const child = spawn(process.execPath, [main, 'list'], { cwd: it.root })
  child.stdout.once('data', () => child.stdout.destroy())
  const ended = await endOf(child)
  expect(ended).toMatchObject({ code: 0, stderr: '' })
})

plainTest.skipIf(!existsSync('/dev/full'))(
  'output to a full device is said, and is an error',
  { concurrent: true },
  async () => {
    await using it = await craftedProject()
    await writeFile(join(it.root, 'experiments/good.ts'), good)
    const command = `exec "$0" "$@" > /dev/full`
    const list = ['-c', command, process.execPath, main, 'list']
    const ended = await endOf(spawn('sh', list, { cwd: it.root }))
    expect(ended.code).toBe(4)
    expect(ended.stderr).toMatch(/^The output could not be written: ENOSPC.*\n$/)
  },
)

test('results that cannot be written anywhere are said, and the machine is called unable', async () => {
  await using it = await craftedProject()
  await writeFile(join(it.root, 'experiments/good.ts'), good)
  await writeFile(join(it.root, 'runs'), 'in the way')
  const ended = await it.lab('experiment', 'good')
  expect(ended.code).toBe(5)
  expect(ended.stderr).toContain(`to be able to write into ${it.root}/runs/good`)
  expect(ended.stderr).not.toMatch(/^ +at /m)
})

const cannotUnshare = spawnSync('unshare', ['-m', 'true']).status !== 0

plainTest.skipIf(cannotUnshare)(
  'without /proc the lab says what it lacks',
  { concurrent: true },
  async () => {
    await using it = await craftedProject()
    await writeFile(join(it.root, 'experiments/good.ts'), good)
    await it.writeLedger('x', it.runLine('x'))
    const hidden = 'mount -t tmpfs none /proc && exec "$0" "$@"'
    for (const args of [['heal'], ['experiment', 'good']]) {
      const inside = ['-m', 'sh', '-c', hidden, process.execPath, main, ...args]
      const ended = await endOf(spawn('unshare', inside, { cwd: it.root }))
      expect(ended.code).toBe(5)
      expect(ended.stdout + ended.stderr).toContain('/proc to be mounted')
      expect(existsSync(join(it.ledgers, 'x.jsonl'))).toBe(true)
    }
  },
)

test('two experiments of one name are refused', async () => {
  await using it = await craftedProject()
  for (const folder of ['one', 'two']) {
    await mkdir(join(it.root, 'experiments', folder))
    await writeFile(join(it.root, 'experiments', folder, 'same.ts'), good)
  }
  for (const args of [['experiment', 'same'], ['resilience'], ['resilience', 'same']]) {
    const ended = await it.lab(...args)
    expect(ended.code).toBe(64)
    expect(ended.stderr).toMatch(/one\/same.ts, .*two\/same.ts/)
  }
})

const strange = {
  'a named pipe': (path: string) => spawnSync('mkfifo', [path]),
  'a folder': (path: string) => mkdir(path),
  'a link': (path: string) => symlink('/etc/passwd', path),
  'a file of 600 MB': (path: string) => spawnSync('truncate', ['-s', '600M', path]),
  'a file cut short': (path: string) => writeFile(path, '{"index":0,"kind":"r'),
}

test.each(Object.entries(strange))('%s where the journal should be is said', async (...row) => {
  await using it = await craftedProject()
  const folder = join(it.root, 'runs/good/x')
  await mkdir(folder, { recursive: true })
  await row[1](join(folder, 'journal.jsonl'))
  const ended = await it.lab('judge', folder)
  expect(ended.code).toBe(4)
  expect(ended.stderr).toContain('journal.jsonl')
  expect(ended.stderr).toMatch(/^Expected /)
  expect(ended.stderr).not.toMatch(/^ +at /m)
})

test('a verdict is not written through a link', async () => {
  await using it = await craftedProject()
  await writeFile(join(it.root, 'experiments/good.ts'), good)
  await it.lab('experiment', 'good')
  const [run = ''] = await readdir(join(it.root, 'runs/good'))
  const folder = join(it.root, 'runs/good', run)
  const victim = join(it.root, 'victim')
  await writeFile(victim, 'kept')
  for (const name of ['verdict.json', 'report.html']) {
    await rm(join(folder, name))
    await symlink(victim, join(folder, name))
  }
  await it.lab('judge', folder)
  const cat = spawn('cat', [victim])
  const [text] = await once(cat.stdout, 'data')
  expect(`${text}`).toBe('kept')
})
