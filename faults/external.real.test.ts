import { spawn } from 'node:child_process'
import { readdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { externalProject, left } from './testing/standing/external-project.ts'
import { type StandingSystem, standingSystem } from './testing/standing/standing-system.ts'

const healedWithinMs = 5_000
const main = join(import.meta.dirname, '../lab/cli/main.ts')
const lossAndKill = `
  at('100ms', loseAcknowledgement(target.links('api', 'postgres'), { on: { statement: 'INSERT' }, hits: { every: 5 } }), { for: '1s' }),
  at('200ms', kill(target.redis), { for: '500ms' }),
`

let standing: StandingSystem
beforeAll(async () => {
  standing = await standingSystem({ keyed: true })
}, 120_000)
afterAll(() => standing[Symbol.asyncDispose]())

test('an experiment on what runs already is held, and leaves it running', async () => {
  const before = await standing.redisPid()
  await using project = await externalProject(standing, lossAndKill)
  const { code, verdict, stderr } = await project.ask()
  expect({ code, verdict: verdict?.verdict }, stderr + JSON.stringify(verdict?.reasons)).toEqual({
    code: 0,
    verdict: 'held',
  })
  expect(await standing.redisPid()).not.toBe(before)
  expect(await left(standing)).toEqual([])
  expect((await fetch(`${standing.clients}/notes/none`)).status).toBe(200)
}, 90_000)

test('the same experiment is broken by a service that keeps a note twice', async () => {
  await using careless = await standingSystem({ keyed: false })
  await using project = await externalProject(careless, lossAndKill)
  const { code, verdict, stderr } = await project.ask()
  expect({ code, verdict: verdict?.verdict }, stderr).toEqual({ code: 1, verdict: 'broken' })
}, 90_000)

const longFaults = `
  at('100ms', blackHole(target.links('api', 'postgres')), { for: '60s' }),
  at('100ms', kill(target.redis), { for: '60s' }),
`

/** Runs the lab in a process of its own until both faults are in force. */
async function labInMidFault(project: Awaited<ReturnType<typeof externalProject>>) {
  const before = await standing.redisPid()
  const lab = spawn(process.execPath, [main, ...project.args], {
    cwd: project.root,
    stdio: 'ignore',
    env: { ...process.env, CI: '1', ...project.variables },
  })
  while ((await left(standing)).length === 0 || isAlive(before)) {
    expect(lab.exitCode, 'the lab ended before it hurt anything').toBe(null)
    await sleep(50)
  }
  return lab
}

async function isWell(): Promise<boolean> {
  return (await left(standing)).length === 0 && isAlive(await standing.redisPid())
}

test('a lab that is killed in mid-fault is healed by its guardian, and the system goes on', async () => {
  await using project = await externalProject(standing, longFaults)
  const lab = await labInMidFault(project)
  lab.kill('SIGKILL')
  const deadline = performance.now() + healedWithinMs
  while (!(await isWell())) {
    expect(performance.now()).toBeLessThan(deadline)
    await sleep(50)
  }
  expect((await fetch(`${standing.clients}/notes/none`)).status).toBe(200)
}, 60_000)

test.skipIf(process.platform !== 'linux')(
  'killed together with its guardian, a lab leaves toxics with a lease, and heal undoes the rest',
  async () => {
    await using project = await externalProject(standing, longFaults)
    const lab = await labInMidFault(project)
    const { guardian } = await guardianOf(project.root)
    process.kill(guardian, 'SIGSTOP')
    lab.kill('SIGKILL')
    process.kill(guardian, 'SIGKILL')
    const shape = z.array(z.looseObject({ lease: z.object({ ttlMs: z.number() }) })).min(1)
    const toxics = `${standing.proxyUrl}/proxies/${encodeURIComponent('api>postgres')}/toxics`
    shape.parse(await (await fetch(toxics)).json())
    expect(await isWell()).toBe(false)
    const { code, stdout } = await project.run(['heal'], project.variables)
    expect(code, stdout).toBe(0)
    expect(await isWell()).toBe(true)
  },
  60_000,
)

/** The process that guards the only run of a project. */
async function guardianOf(root: string): Promise<{ readonly guardian: number }> {
  const folder = await realpath(join(root, '.lab/ledgers'))
  for (const pid of (await readdir('/proc')).filter(name => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes('guardian/main') && command.includes(folder)) {
      return { guardian: Number(pid) }
    }
  }
  throw new Error(`No process guards ${folder}.`)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
