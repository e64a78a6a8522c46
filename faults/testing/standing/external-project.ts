import { join } from 'node:path'
import { z } from 'zod'
import { madeUpProject } from '../../../lab/testing/made-up-project.ts'
import type { StandingSystem } from './standing-system.ts'

const repository = join(import.meta.dirname, '../../..')
const fixture = join(import.meta.dirname, 'notes-experiment.ts')
const experiment = (schedule: string) => `
import { at } from '${repository}/lab/index.ts'
import { blackHole } from '${repository}/faults/network/black-hole.ts'
import { kill } from '${repository}/faults/process/kill.ts'
import { loseAcknowledgement } from '${repository}/faults/postgres/lose-acknowledgement.ts'
import { notesExperiment, target } from '${fixture}'

export default notesExperiment([${schedule}])
`
const verdictShape = z.looseObject({ verdict: z.string(), reasons: z.array(z.unknown()) })

/** What a test wants otherwise than `lab.config.ts` has it. */
export interface Lists {
  readonly mayHurt?: readonly string[]
  readonly mayLose?: readonly string[]
  /** Of a field that there is not. */
  readonly stray?: readonly string[]
  readonly proxyUrl?: string
  readonly redis?: string
}

/** The file of `standing/`, with what a test wants otherwise. */
const configOf = ({ mayHurt, mayLose, proxyUrl, redis, stray }: Lists) => `
import config from '${join(import.meta.dirname, 'lab.config.ts')}'
const { external } = config
const { parts } = external
const changes = ${JSON.stringify({ mayHurt, mayLose, mayLoose: stray })}
${proxyUrl ? `changes.proxies = [{ url: '${proxyUrl}' }]` : ''}
${redis ? `changes.parts = { ...parts, redis: { ...parts.redis, url: '${redis}' } }` : ''}
export default { external: { ...external, ...changes } }
`

/** What `lab.config.ts` reads. */
export function variablesOf(standing: StandingSystem): Readonly<Record<string, string>> {
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

/** A project whose one experiment, `notes`, has this schedule (source text), on this system. */
export async function externalProject(
  standing: StandingSystem,
  schedule: string,
  lists: Lists = {},
) {
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
export async function left({ proxyUrl }: StandingSystem): Promise<readonly string[]> {
  const shape = z.record(
    z.string(),
    z.looseObject({ name: z.string(), enabled: z.boolean(), toxics: z.array(z.unknown()) }),
  )
  const proxies = shape.parse(await (await fetch(`${proxyUrl}/proxies`)).json())
  return Object.values(proxies)
    .filter(({ enabled, toxics }) => !enabled || toxics.length > 0)
    .map(({ name }) => name)
}
