import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test as plainTest, vi } from 'vitest'
import { isAlive } from '../processes/process-table.ts'
import { fixtureUndo } from '../testing/fixture-undo.ts'
import { type CraftedProject, craftedProject, stranger } from './crafted-project.ts'

/** Code that leaves a trace as soon as it is loaded. */
const traceCode = (file: string) =>
  `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(file)}, ''); export const undo = () => {}`

/** They mostly wait for the command line, so they wait together. */
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 3 })

const modules: Readonly<Record<string, (it: CraftedProject, code: string) => Promise<string>>> = {
  'in a data URL': async (_, code) => `data:text/javascript,${encodeURIComponent(code)}`,
  'in a data URL in capitals': async (_, code) =>
    `DATA:text/javascript,${encodeURIComponent(code)}`,
  'in a file outside the project': async ({ root }, code) => {
    await writeFile(`${root}-outside.mjs`, code)
    return pathToFileURL(`${root}-outside.mjs`).href
  },
  'behind a link out of the project': async ({ root }, code) => {
    await writeFile(`${root}-linked.mjs`, code)
    await symlink(`${root}-linked.mjs`, join(root, 'inside.mjs'))
    return pathToFileURL(join(root, 'inside.mjs')).href
  },
  'that a run has left': async ({ root }, code) => {
    await mkdir(join(root, 'runs/x'), { recursive: true })
    await writeFile(join(root, 'runs/x/left.mjs'), code)
    return pathToFileURL(join(root, 'runs/x/left.mjs')).href
  },
  'in the scratch folder': async ({ root }, code) => {
    await mkdir(join(root, '.lab/scratch/x'), { recursive: true })
    await writeFile(join(root, '.lab/scratch/x/left.mjs'), code)
    return pathToFileURL(join(root, '.lab/scratch/x/left.mjs')).href
  },
  'that is a script of the project and no undo': async ({ root }, code) => {
    await writeFile(join(root, 'deploy.mjs'), code.replace(/export.*/, ''))
    return pathToFileURL(join(root, 'deploy.mjs')).href
  },
  'given as a bare path': async ({ root }, code) => {
    await writeFile(join(root, 'bare.mjs'), code)
    return join(root, 'bare.mjs')
  },
}

test.each(Object.entries(modules))('no undo module %s is loaded', async (_, place) => {
  await using it = await craftedProject()
  const trace = `${it.root}-trace`
  const module = await place(it, traceCode(trace))
  const owe = { kind: 'owe', id: '1', label: 'x', undo: { module, args: null } }
  await it.writeLedger('x', it.runLine('x'), owe)
  const ended = await it.lab('heal')
  expect(existsSync(trace)).toBe(false)
  expect(ended.stdout).toContain('Not done: undoing x')
  expect(ended.code).toBe(3)
})

test('control: an undo module of the project and one of the lab are loaded', async () => {
  await using it = await craftedProject()
  const trace = `${it.root}/trace`
  await writeFile(join(it.root, 'own-fault.mjs'), traceCode(trace))
  const own = pathToFileURL(join(it.root, 'own-fault.mjs')).href
  const args = { file: join(it.root, 'undone'), line: 'x' }
  await it.writeLedger(
    'x',
    it.runLine('x'),
    { kind: 'owe', id: '1', label: 'own', undo: { module: own, args: null } },
    { kind: 'owe', id: '2', label: 'of the lab', undo: { module: fixtureUndo, args } },
  )
  const ended = await it.lab('heal')
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('undid of the lab, und') })
  expect(existsSync(trace)).toBe(true)
})

const folders: Readonly<Record<string, (it: CraftedProject) => string>> = {
  'of somebody else': ({ root }) => join(root, 'victim'),
  'reached through dots': ({ root }) => `${root}/.lab/scratch/../../victim`,
  'of another run': ({ root }) => join(root, '.lab/scratch/other'),
  'that holds all scratch folders': ({ root }) => join(root, '.lab/scratch'),
}

test.each(Object.entries(folders))('no folder %s is removed', async (_, folderOf) => {
  await using it = await craftedProject()
  const folder = folderOf(it)
  await mkdir(join(folder, 'data'), { recursive: true })
  const file = await it.writeLedger('x', { ...it.runLine('x'), scratchFolder: folder })
  const ended = await it.lab('heal')
  expect(existsSync(join(folder, 'data'))).toBe(true)
  expect(ended.stdout).toContain(`${file} to name the scratch folder`)
  expect(ended.code).toBe(3)
})

test('no folder behind a link in the place of the scratch folders is removed', async () => {
  await using it = await craftedProject()
  const victim = join(it.root, 'home/documents')
  await mkdir(victim, { recursive: true })
  await symlink(join(it.root, 'home'), join(it.root, '.lab/scratch'))
  await it.writeLedger('documents', it.runLine('documents'))
  expect((await it.lab('heal')).code).toBe(3)
  expect(existsSync(victim)).toBe(true)
})

test('a run that is not called like its file, as a name with dots is not, is left alone', async () => {
  await using it = await craftedProject()
  const victim = join(it.root, 'victim')
  await mkdir(victim)
  await it.writeLedger('x', { ...it.runLine('../../victim'), scratchFolder: victim })
  const ended = await it.lab('heal')
  expect(ended.stdout).toContain('to name a run called x')
  expect(existsSync(victim)).toBe(true)
})

test.each(['as a server', 'as the guardian', 'to be resumed'] as const)(
  'a process named %s that carries no sign of the run is left alone',
  async how => {
    await using it = await craftedProject()
    using victim = await stranger('/')
    const { pid, startedAt } = victim
    const undo = {
      module: new URL('../guardian/undo-process.ts', import.meta.url).href,
      args: { action: 'resume', server: 'x', process: { pid, startedAt } },
    }
    const lines = {
      'as a server': { kind: 'spawned', name: 'db', stopSignal: 'SIGKILL', pid, startedAt },
      'as the guardian': { kind: 'guardian', pid, startedAt },
      'to be resumed': { kind: 'owe', id: '1', label: 'x', undo },
    }
    process.kill(pid, 'SIGSTOP')
    await it.writeLedger('x', it.runLine('x'), lines[how])
    const ended = await it.lab('heal')
    expect(isAlive({ pid, startedAt })).toBe(true)
    expect(execFileSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' })).toMatch(/^T/)
    if (how === 'as a server')
      expect(ended.stdout).toContain(`process ${pid} is written down as db`)
  },
)

test('control: the same process with the tag of the run is ended', async () => {
  await using it = await craftedProject()
  const file = await it.writeLedger('x', it.runLine('x'))
  using left = await stranger('/', { ...process.env, LAB_RUN: file })
  const ended = await it.lab('heal')
  expect(ended.stdout).toContain('ended 1 processes')
  expect(isAlive(left)).toBe(false)
})

test('a ledger that others may write to, or behind a link, or too large, or a pipe, is not read', async () => {
  await using it = await craftedProject()
  const open = await it.writeLedger('open', it.runLine('open'))
  execFileSync('chmod', ['666', open])
  const real = await it.writeLedger('linked', it.runLine('linked'))
  await rename(real, join(it.root, 'elsewhere'))
  await symlink(join(it.root, 'elsewhere'), real)
  const large = await it.writeLedger('large', it.runLine('large'))
  execFileSync('truncate', ['-s', '600M', large])
  execFileSync('mkfifo', [join(it.ledgers, 'pipe.jsonl')])
  await mkdir(join(it.ledgers, 'folder.jsonl'))
  const ended = await it.lab('heal')
  expect(ended.code).toBe(3)
  for (const text of [
    'open.jsonl to be owned by uid',
    'linked.jsonl to be a regular file',
    'large.jsonl to be a regular file',
    'pipe.jsonl to be a regular file',
    'folder.jsonl to be a regular file',
  ]) {
    expect(ended.stdout).toContain(text)
  }
  expect(ended.stdout + ended.stderr).not.toMatch(/^ +at /m)
})
