import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { access, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test as plainTest, vi } from 'vitest'
import { listen } from '../testing/loopback.ts'
import { atNight } from '../testing/nightly.ts'

/** They mostly wait for processes, so they wait together. */
const together = { concurrent: true }
const test = plainTest.concurrent

vi.setConfig({ testTimeout: 120_000, maxConcurrency: 4 })

const main = join(import.meta.dirname, 'main.ts')
const counter = join(import.meta.dirname, '../testing/counter-experiment.ts')
const target = join(import.meta.dirname, '../testing/counter-target.ts')
const checks = join(import.meta.dirname, '../testing/counter-checks.ts')
const defence = join(import.meta.dirname, '../model/defence.ts')
const schedule = join(import.meta.dirname, '../model/schedule.ts')

const good = `
import { counterExperiment } from '${counter}'
export default counterExperiment()
`
/** A check that fails without the defence, and one that never does. */
const careless = `
import { defence } from '${defence}'
import { kept, saying } from '${checks}'
import { counterExperiment } from '${counter}'
export default counterExperiment({
  checks: { kept: kept(), vain: saying('valid') },
  defences: [defence('durable', { breaks: 'kept' })],
})
`
/** Refuses for so long that a signal arrives in mid-fault. */
const long = `
import { at } from '${schedule}'
import { counterExperiment } from '${counter}'
import { misbehave } from '${target}'
export default counterExperiment({ schedule: [at('100ms', misbehave('refuse'), { for: '60s' })] })
`

/** A fault that fills the disk the journal is written to, and never gives the space back. */
const filling = `
import { writeFile } from 'node:fs/promises'
import { at } from '${schedule}'
import { counterExperiment } from '${counter}'
import { misbehave } from '${target}'
const fill = {
  ...misbehave('refuse'),
  plan: async (system, context) => ({
    ...(await misbehave('refuse').plan(system, context)),
    apply: async () => {
      await writeFile(context.runFolder + '/filler', Buffer.alloc(400 << 20)).catch(() => {})
      return { landed: () => 1 }
    },
  }),
}
export default counterExperiment({ schedule: [at('100ms', fill, { for: '1s' })] })
`

/** A project of its own, with these experiments; the command line runs in it as in any other. */
async function project(experiments: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'lab-cli-'))
  await mkdir(join(root, 'experiments'))
  for (const [name, text] of Object.entries(experiments)) {
    await writeFile(join(root, 'experiments', `${name}.ts`), text)
  }
  return {
    root,
    start: (...args: string[]) => start(root, args),
    run: (...args: string[]) => start(root, args).ended,
    exists: (path: string) =>
      access(join(root, path)).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function start(cwd: string, args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, CI: '1' } })
  const ended = endOf(child)
  /** Resolves when standard output has this text. */
  const says = (text: string) =>
    new Promise<void>((resolve, reject) => {
      let stdout = ''
      child.stdout.on('data', chunk => {
        stdout += chunk
        if (stdout.includes(text)) resolve()
      })
      ended.then(
        ({ stderr }) => reject(new Error(`ended without saying ${text}: ${stderr}`)),
        reject,
      )
    })
  return { child, ended, says }
}

function endOf(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', text => {
    stdout += text
  })
  child.stderr.on('data', text => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout, stderr }))
  })
}

/** The longest first: what is short fills the gaps beside them. */
test('prove --all shows which defence matters, and fails for one that nobody misses', async () => {
  const idle = good.replace(
    '()',
    "({ defences: [{ name: 'idle-defence', off: ['idle-defence'], breaks: 'kept', mayAlsoBreak: [] }] })",
  )
  await using it = await project({ good, idle })
  const ended = await it.run('prove', '--all')
  expect(ended.stdout).toMatch(/^✓ good, /m)
  expect(ended.stdout).toMatch(/^✗ idle, /m)
  expect(ended.stdout).toContain('check kept must be invalid, but is valid')
  expect(ended.stdout).toMatch(/✓ +durable +good$/m)
  expect(ended.stdout).toContain('nobody misses the defence idle-defence')
  expect(ended.stdout).toContain('experiment idle misses nobody')
  expect(ended.code).toBe(2)
  const page = await readFile(join(it.root, 'runs/kill-matrix.html'), 'utf8')
  expect(page).toContain('title="good without durable: proved"')
}, 240_000)

/** A line of a ledger. */
const soaked = `{"at":"","commit":"c","seed":1,"change":"as it is","verdict":"held","asExpected":true,"problems":[],"findings":{},"durationMs":1}\n`

test('soak takes who has fewest runs first, adds runs to a ledger and says how often each kind came out as it must', async () => {
  await using it = await project({ good, idle: good })
  await mkdir(join(it.root, 'docs/soak'), { recursive: true })
  await writeFile(join(it.root, 'docs/soak/idle.jsonl'), soaked)
  const all = await it.run('soak')
  // Whether they hold on a busy machine is asked below.
  expect(all.stdout).toMatch(/^good, 0 runs: as it is … .*\n(?: .*\n)*good, 1 runs: as it is … /)
  expect(all.stdout).toMatch(/^2 runs, \d not as they must be$/m)
  const ended = await it.run('soak', 'good', '--ablations')
  expect(ended.stdout).toMatch(/held +[123]\/3/)
  expect(ended.stdout).toMatch(/without durable: broken as claimed +1\/1/)
  expect(ended.code).toBe(0)
}, 240_000)

const badInput: Record<string, { args: string[]; code: number; says: string[]; files?: string }> = {
  'an unknown experiment': {
    args: ['experiment', 'goood'],
    code: 64,
    says: ['Found    goood', 'Did you mean good?'],
  },
  'a file that does not parse': {
    args: ['experiment', 'bad'],
    files: 'export default {',
    code: 64,
    says: ['experiments/bad.ts to be an experiment', 'bad.ts'],
  },
  'a file without a default export': {
    args: ['experiment', 'bad'],
    files: 'export const x = 1',
    code: 64,
    says: ['no default export'],
  },
  'a file of the wrong shape': {
    args: ['experiment', 'bad'],
    files: "export default { title: 'x' }",
    code: 64,
    says: ['because: ', 'target: ', 'workloads: '],
  },
  'a plan without checks': {
    args: ['experiment', 'bad'],
    files: `${good.replace('()', '({ checks: {}, defences: [] })')}`,
    code: 64,
    says: ['at least one check'],
  },
  'an unknown flag': { args: ['experiment', 'good', '--sede', '1'], code: 64, says: ["'--sede'"] },
  'an unknown command': { args: ['experimnt'], code: 64, says: ['Did you mean experiment?'] },
  'a seed that is none': {
    args: ['experiment', 'good', '--seed', '1.5'],
    code: 64,
    says: ['a seed is a whole number from 0 to 4294967295'],
  },
  'a defence that is none': {
    args: ['experiment', 'good', '--without', 'hope'],
    code: 64,
    says: ['--without hope', 'durable'],
  },
  'a control that is none': {
    args: ['experiment', 'good', '--plant', 'weeds'],
    code: 64,
    says: ['--plant weeds'],
  },
  'a run that is none': { args: ['judge', 'runs/none'], code: 64, says: ['the folder of a run'] },
  'a proof of nothing known': {
    args: ['prove', 'good', '--only', 'hope'],
    code: 64,
    says: ['a defence or control of the experiment: durable'],
  },
}

/** By day one for each way: a name that is not there, a file that is no experiment, a flag that is none. */
const usual = ['an unknown experiment', 'a file of the wrong shape', 'an unknown flag']
const tried = Object.entries(badInput).filter(([name]) => atNight(true, usual.includes(name)))

test.each(tried)('%s gets a clear message, and leaves nothing', async (...row) => {
  const [, { args, code, says, files }] = row
  await using it = await project({ good, ...(files === undefined ? {} : { bad: files }) })
  const ended = await it.run(...args)
  for (const text of says) expect(ended.stderr).toContain(text)
  expect(ended.code).toBe(code)
  expect(await it.exists('runs')).toBe(false)
  expect(await it.exists('.lab')).toBe(false)
})

test('a command is carried out once, and each that is written can be asked for', async () => {
  await using it = await project({ good })
  const list = await it.run('list')
  expect(list.stdout.match(/^ +good /gm)).toHaveLength(1)
  const help = await it.run('--help')
  const files = await readdir(join(import.meta.dirname, 'commands'))
  const written = files.filter(file => file.endsWith('-command.ts'))
  for (const file of written) expect(help.stdout).toMatch(`  ${file.replace('-command.ts', ' ')}`)
  expect((await it.run('check', '--help')).stdout).toContain('lab check')
})

test('a port in use gets a clear message, and leaves nothing', async () => {
  const server = createServer()
  const port = await listen(server)
  await using it = await project({ good })
  const ended = await it.run('experiment', 'good', '--metrics-port', `${port}`)
  server.close()
  expect(ended.stderr).toContain(`to serve metrics on 127.0.0.1:${port}`)
  expect(ended.code).not.toBe(0)
  expect(await it.exists('runs')).toBe(false)
})

test('says the seed first, and ends with 0 when held; judge says the same', async () => {
  await using it = await project({ good })
  const ended = await it.run('experiment', 'good', '--seed', '42')
  expect(ended.stdout.split('\n')[0]).toBe('good, seed 42')
  expect(ended.code).toBe(0)
  const [run = ''] = await readdir(join(it.root, 'runs/good'))
  const file = join(it.root, 'runs/good', run, 'verdict.json')
  const verdict = await readFile(file, 'utf8')
  expect((await it.run('judge', join('runs/good', run))).code).toBe(0)
  expect(await readFile(file, 'utf8')).toBe(verdict)
})

test('judge with other checks says so, and keeps what was concluded when the run was made', async () => {
  await using it = await project({ good: careless })
  expect((await it.run('experiment', 'good', '--without', 'durable')).code).toBe(1)
  const [run = ''] = await readdir(join(it.root, 'runs/good'))
  const folder = join(it.root, 'runs/good', run)
  const verdict = await readFile(join(folder, 'verdict.json'), 'utf8')
  const lenient = careless.replace('checks: { kept: kept(), ', 'checks: { ')
  await writeFile(
    join(it.root, 'experiments/good.ts'),
    lenient.replace("breaks: 'kept'", "breaks: 'vain'"),
  )
  const again = await it.run('judge', join('runs/good', run))
  expect(again.stdout).toContain(
    "the checks differ from the run's: kept was kept, and is not there",
  )
  expect(again.stderr).toContain('The run was broken when it was made')
  expect(again.code).toBe(2)
  expect(await readFile(join(folder, 'verdict.json'), 'utf8')).toBe(verdict)
  expect(await readdir(folder)).toEqual(
    expect.arrayContaining(['judged-again.json', 'judged-again.html', 'report.html']),
  )
})

test('judge names file and line of a broken journal', async () => {
  await using it = await project({ good })
  await it.run('experiment', 'good')
  const [run = ''] = await readdir(join(it.root, 'runs/good'))
  const file = join(it.root, 'runs/good', run, 'journal.jsonl')
  const lines = (await readFile(file, 'utf8')).split('\n')
  await writeFile(file, lines.toSpliced(6, 1).join('\n'))
  const gap = await it.run('judge', join('runs/good', run))
  expect(gap.stderr).toContain('journal.jsonl:7')
  expect(gap.stderr).toContain('entry number 7 where 6 is due')
  expect(gap.code).toBe(4)
})

test('prints nothing but JSON on standard output when asked for it', async () => {
  await using it = await project({ good })
  const ended = await it.run('experiment', 'good', '--json', '--without', 'durable')
  expect(JSON.parse(ended.stdout)).toMatchObject({ verdict: 'broken', defencesOff: ['durable'] })
  expect(ended.code).toBe(1)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s in mid-fault heals and ends with 130',
  async signal => {
    await using it = await project({ long })
    const { child, says, ended } = it.start('experiment', 'long')
    await says('refuse(counter) strikes')
    child.kill(signal)
    expect((await ended).code).toBe(130)
    const [run = ''] = await readdir(join(it.root, 'runs/long'))
    const verdict = JSON.parse(
      await readFile(join(it.root, 'runs/long', run, 'verdict.json'), 'utf8'),
    )
    expect(verdict).toMatchObject({
      exitCode: 130,
      faults: [{ label: 'refuse(counter)', healedAtMs: expect.any(Number) }],
    })
    expect(verdict.reasons[0].text).toContain(`interrupted by ${signal}`)
    const ledgers = await readdir(join(it.root, '.lab/ledgers'))
    expect(ledgers.filter(name => name.endsWith('.jsonl'))).toEqual([])
  },
)

test('killed with SIGKILL in mid-fault, the guardian heals and ends all within five seconds', async () => {
  await using it = await project({ long })
  const { child, says } = it.start('experiment', 'long')
  await says('refuse(counter) strikes')
  const [run = ''] = await readdir(join(it.root, 'runs/long'))
  const log = await readFile(join(it.root, 'runs/long', run, 'journal.jsonl'), 'utf8')
  const port = Number(/port (\d+)/.exec(log)?.[1])
  child.kill('SIGKILL')
  const gone = async () => {
    const ledgers = await readdir(join(it.root, '.lab/ledgers'))
    const answers = await fetch(`http://127.0.0.1:${port}/all`).then(
      () => true,
      () => false,
    )
    return !answers && ledgers.every(name => !name.endsWith('.jsonl'))
  }
  await vi.waitFor(async () => expect(await gone()).toBe(true), { timeout: 5_000, interval: 50 })
  expect(await readdir(join(it.root, '.lab/scratch')).catch(() => [])).toEqual([])
})

/** Runs the command in a file system of limited size, which takes a mount namespace. */
const limited = (root: string, size: string, ...args: string[]) => {
  const flags = process.getuid?.() === 0 ? '-m' : '-Urm'
  const mount = `mount -t tmpfs -o size=${size} none "${root}" && cp -r "${root}.src/." "${root}"`
  const command = `${mount} && cd "${root}" && exec "$@"`
  const inside = ['sh', '-c', command, '-', process.execPath, main, ...args]
  return endOf(spawn('unshare', [flags, ...inside], { env: { ...process.env, CI: '1' } }))
}
const cannotLimit =
  spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status !== 0

plainTest.skipIf(cannotLimit)(
  'a disk without space is told before anything starts',
  together,
  async () => {
    await using it = await project({ good })
    await cp(it.root, `${it.root}.src`, { recursive: true })
    const ended = await limited(it.root, '100m', 'experiment', 'good')
    await rm(`${it.root}.src`, { recursive: true })
    expect(ended.stderr).toContain('300 MiB of free disk space')
    expect(ended.code).toBe(5)
  },
)

plainTest.skipIf(cannotLimit)(
  'a disk that fills in mid-run is an error, and faults are healed',
  together,
  async () => {
    await using it = await project({ filling })
    await cp(it.root, `${it.root}.src`, { recursive: true })
    const ended = await limited(it.root, '320m', 'experiment', 'filling', '--json')
    await rm(`${it.root}.src`, { recursive: true })
    expect(ended.code).toBe(4)
    const verdict = JSON.parse(ended.stdout)
    expect(verdict).toMatchObject({
      verdict: 'error',
      faults: [{ healedAtMs: expect.any(Number) }],
    })
    expect(JSON.stringify(verdict.reasons)).toContain('ENOSPC')
  },
)

test('a soak that made no run is not green', async () => {
  await using it = await project({ good })
  expect((await it.run('soak', 'good', '--for', '0ms')).code).toBe(2)
})
