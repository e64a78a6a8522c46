import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { admitExternal } from '../lab/admission/admit-external.ts'
import { at, LabError } from '../lab/index.ts'
import { loadExternal } from '../lab/model/external/load-external.ts'
import { run } from '../lab/run/run.ts'
import { madeUpProject } from '../lab/testing/made-up-project.ts'
import { latency } from './network/latency.ts'
import { kill } from './process/kill.ts'
import { pause } from './process/pause.ts'
import { flushAll } from './redis-server/flush-all.ts'
import { notesExperiment, target } from './testing/standing/notes-experiment.ts'
import { type StandingSystem, standingSystem } from './testing/standing/standing-system.ts'

const repository = join(import.meta.dirname, '..')
const healedWithinMs = 5_000
const options = { name: 'notes', seed: 7, runtime: 'external' } as const

const fixture = join(import.meta.dirname, 'testing/standing/notes-experiment.ts')
const experiment = (schedule: string) => `
import { at } from '${repository}/lab/index.ts'
import { blackHole } from '${repository}/faults/network/black-hole.ts'
import { kill } from '${repository}/faults/process/kill.ts'
import { loseAcknowledgement } from '${repository}/faults/postgres/lose-acknowledgement.ts'
import { notesExperiment, target } from '${fixture}'

export default notesExperiment([${schedule}])
`
const lossAndKill = `
  at('100ms', loseAcknowledgement(target.links('api', 'postgres'), { on: { statement: 'INSERT' }, hits: { every: 5 } }), { for: '1s' }),
  at('200ms', kill(target.redis), { for: '500ms' }),
`

const verdictShape = z.looseObject({ verdict: z.string(), reasons: z.array(z.unknown()) })

interface Lists {
  readonly mayHurt?: readonly string[]
  readonly mayLose?: readonly string[]
  /** Of a field that there is not. */
  readonly stray?: readonly string[]
  readonly proxyUrl?: string
  readonly redis?: string
}

/** The file of `standing/`, with what a test wants otherwise. */
const configOf = ({ mayHurt, mayLose, proxyUrl, redis, stray }: Lists) => `
import config from '${join(import.meta.dirname, 'testing/standing/lab.config.ts')}'
const { external } = config
const { parts } = external
const changes = ${JSON.stringify({ mayHurt, mayLose, mayLoose: stray })}
${proxyUrl ? `changes.proxies = [{ url: '${proxyUrl}' }]` : ''}
${redis ? `changes.parts = { ...parts, redis: { ...parts.redis, url: '${redis}' } }` : ''}
export default { external: { ...external, ...changes } }
`

function variablesOf(standing: StandingSystem): Readonly<Record<string, string>> {
  const { urls, redisPidFile, startRedis, apiLog, proxyUrl } = standing
  return {
    PROXY_URL: proxyUrl,
    DATABASE_URL: urls.postgres,
    REDIS_URL: urls.redis,
    API_URL: urls.api,
    REDIS_PID_FILE: redisPidFile,
    REDIS_START: startRedis,
    API_LOG: apiLog,
  }
}

async function projectFor(standing: StandingSystem, schedule = lossAndKill, lists: Lists = {}) {
  const project = await madeUpProject({
    'experiments/notes.ts': experiment(schedule),
    'lab.config.ts': configOf(lists),
  })
  const variables = variablesOf(standing)
  const args = ['experiment', 'notes', '--runtime', 'external', '--seed', '7']
  return Object.assign(project, {
    ask: async (...more: string[]) => {
      const { code, stdout, stderr } = await project.run([...args, '--json', ...more], variables)
      const verdict = stdout === '' ? undefined : verdictShape.parse(JSON.parse(stdout))
      return { code, verdict, stderr }
    },
    args,
    variables,
  })
}

/** Toxics and closed links, as the proxy says it. */
async function left({ proxyUrl }: StandingSystem): Promise<readonly string[]> {
  const shape = z.record(
    z.string(),
    z.looseObject({ name: z.string(), enabled: z.boolean(), toxics: z.array(z.unknown()) }),
  )
  const proxies = shape.parse(await (await fetch(`${proxyUrl}/proxies`)).json())
  return Object.values(proxies)
    .filter(({ enabled, toxics }) => !enabled || toxics.length > 0)
    .map(({ name }) => name)
}

let standing: StandingSystem
beforeAll(async () => {
  standing = await standingSystem({ keyed: true })
  // What is refused is refused in this process.
  for (const [name, value] of Object.entries(variablesOf(standing))) vi.stubEnv(name, value)
}, 120_000)
afterAll(() => standing[Symbol.asyncDispose]())

test('an experiment on what runs already is held, and leaves it running', async () => {
  const before = await standing.redisPid()
  await using project = await projectFor(standing)
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
  await using project = await projectFor(careless)
  const { code, verdict, stderr } = await project.ask()
  expect({ code, verdict: verdict?.verdict }, stderr).toEqual({ code: 1, verdict: 'broken' })
}, 90_000)

test('a lab that is killed in mid-fault is healed by its guardian, and the system goes on', async () => {
  const schedule = `
    at('100ms', blackHole(target.links('api', 'postgres')), { for: '60s' }),
    at('100ms', kill(target.redis), { for: '60s' }),
  `
  await using project = await projectFor(standing, schedule)
  const lab = spawn(process.execPath, [join(repository, 'lab/cli/main.ts'), ...project.args], {
    cwd: project.root,
    stdio: 'ignore',
    env: { ...process.env, CI: '1', ...project.variables },
  })
  const before = await standing.redisPid()
  while ((await left(standing)).length === 0 || isAlive(before)) {
    expect(lab.exitCode, 'the lab ended before it hurt anything').toBe(null)
    await sleep(50)
  }
  lab.kill('SIGKILL')
  const deadline = performance.now() + healedWithinMs
  while ((await left(standing)).length > 0 || !isAlive(await standing.redisPid())) {
    expect(performance.now()).toBeLessThan(deadline)
    await sleep(50)
  }
  expect((await fetch(`${standing.clients}/notes/none`)).status).toBe(200)
}, 60_000)

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const killing = [at('100ms', kill(target.redis), { for: '500ms' })]
const delaying = [at('100ms', latency(target.links('api', 'postgres'), '10ms'), { for: '500ms' })]
const refused: readonly (readonly [
  string,
  'usage' | 'unable',
  Parameters<typeof notesExperiment>[0],
  Lists,
  readonly string[],
])[] = [
  [
    'a part that is not on the list',
    'usage',
    killing,
    { mayHurt: ['api>*'] },
    ['kill of redis to touch only what external.mayHurt in', 'lab.config.ts', "Add 'redis'"],
  ],
  [
    'a link that is not on the list',
    'usage',
    delaying,
    { mayHurt: ['redis', 'client>*'] },
    ['api>postgres, and a list of redis, client>*'],
  ],
  [
    'a process that is not described',
    'usage',
    [at('100ms', pause(target.postgres), { for: '500ms' })],
    { mayHurt: ['postgres'] },
    ['external.parts.postgres.process in', 'to offer pause'],
  ],
  [
    'what cannot be undone and was not asked for',
    'usage',
    [at('100ms', flushAll(target.redis))],
    {},
    ['external.mayLose in', '--yes-it-cannot-be-undone'],
  ],
  [
    'a host that looks like production',
    'usage',
    killing,
    { redis: 'redis://cache.example.com:6379' },
    ['external.parts.redis.url in', 'cache.example.com, a public name', 'external.production'],
  ],
  [
    'a name on the list that fits nothing',
    'usage',
    killing,
    { mayHurt: ['redis', 'api>*', 'redsi'] },
    ["'redsi'", 'external.mayHurt in'],
  ],
  [
    'a field that is wrong',
    'usage',
    killing,
    { stray: ['redis'] },
    ['external', 'mayLoose', 'lab.config.ts to export default labConfig'],
  ],
  [
    'a proxy that does not answer',
    'unable',
    killing,
    { proxyUrl: 'http://127.0.0.1:9' },
    ['external.proxies.0.url in', 'to be the API of a proxy'],
  ],
  [
    'a server that does not answer',
    'unable',
    killing,
    { redis: 'redis://127.0.0.1:9' },
    ['redis to answer at external.parts.redis.url in'],
  ],
]

test.each(refused)(
  'refused before anything starts: %s',
  async (_, kind, schedule, lists, words) => {
    const before = await standing.redisPid()
    await using project = await projectFor(standing, '', lists)
    const running = run(notesExperiment(schedule), { ...options, root: project.root })
    const error: unknown = await running.catch((thrown: unknown) => thrown)
    if (!(error instanceof LabError)) throw error
    for (const word of words) expect(error.message).toContain(word)
    expect(error.verdict).toBe(kind)
    expect(existsSync(join(project.root, 'runs'))).toBe(false)
    expect(await standing.redisPid()).toBe(before)
  },
  30_000,
)

test('control: what is allowed and asked for is admitted', async () => {
  await using project = await projectFor(standing, '', { mayLose: ['redis'] })
  const external = await loadExternal(project.root)
  const plan = notesExperiment([...killing, ...delaying, at('100ms', flushAll(target.redis))])
  await admitExternal(plan, external, options)
})

test('refused while somebody else hurts it, and as long as that lasts', async () => {
  await using project = await projectFor(standing)
  const external = await loadExternal(project.root)
  const proxy = `${standing.proxyUrl}/proxies/${encodeURIComponent('api>redis')}/toxics`
  const body = JSON.stringify({ type: 'latency', name: 'theirs', attributes: { latency: 1 } })
  await fetch(proxy, { method: 'POST', body })
  const admitting = admitExternal(notesExperiment(killing), external, options)
  await expect(admitting).rejects.toThrow('api>redis has the toxic theirs')
  await fetch(`${proxy}/theirs`, { method: 'DELETE' })
  await admitExternal(notesExperiment(killing), external, options)
})

test('the exit code of a refusal is that of wrong usage', async () => {
  await using project = await projectFor(standing, lossAndKill, { mayHurt: ['redis'] })
  const { code, stderr } = await project.ask()
  expect(code, stderr).toBe(64)
})
