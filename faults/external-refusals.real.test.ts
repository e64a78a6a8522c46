import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { admitExternal } from '../lab/admission/admit-external.ts'
import { at, LabError } from '../lab/index.ts'
import { loadExternal } from '../lab/model/external/load-external.ts'
import { run } from '../lab/run/run.ts'
import { latency } from './network/latency.ts'
import { kill } from './process/kill.ts'
import { pause } from './process/pause.ts'
import { flushAll } from './redis-server/flush-all.ts'
import { externalProject, type Lists, variablesOf } from './testing/standing/external-project.ts'
import { notesExperiment, target } from './testing/standing/notes-experiment.ts'
import { type StandingSystem, standingSystem } from './testing/standing/standing-system.ts'

const options = { name: 'notes', seed: 7, runtime: 'external' } as const

let standing: StandingSystem
beforeAll(async () => {
  standing = await standingSystem({ keyed: true })
  // What is refused is refused in this process.
  for (const [name, value] of Object.entries(variablesOf(standing))) vi.stubEnv(name, value)
}, 120_000)
afterAll(() => standing[Symbol.asyncDispose]())

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
    await using project = await externalProject(standing, '', lists)
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
  await using project = await externalProject(standing, '', { mayLose: ['redis'] })
  const external = await loadExternal(project.root)
  const plan = notesExperiment([...killing, ...delaying, at('100ms', flushAll(target.redis))])
  await admitExternal(plan, external, options)
})

test('refused while somebody else hurts it, and as long as that lasts', async () => {
  await using project = await externalProject(standing, '')
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
  await using project = await externalProject(
    standing,
    "at('100ms', kill(target.redis), { for: '500ms' })",
    { mayHurt: ['api>*'] },
  )
  const { code, stderr } = await project.ask()
  expect(code, stderr).toBe(64)
})
