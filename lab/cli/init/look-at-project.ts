import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const names = z.record(z.string(), z.string()).default({})
const manifest = z.object({
  name: z.string().default('service'),
  main: z.string().optional(),
  scripts: names,
  dependencies: names,
  devDependencies: names,
})

/** What a first look at a project tells of how its service is run. */
export interface Project {
  readonly name: string
  /** Starts the service. */
  readonly command: string
  /** Makes the tables, where a script says so. */
  readonly migrate: string | undefined
  /** By which variable it is told of each server that it uses; undefined: it uses none. */
  readonly postgres: string | undefined
  readonly redis: string | undefined
  /** Others' servers that it calls over HTTP: the name each shall have, and the variable that leads to it. */
  readonly upstreams: readonly { readonly name: string; readonly variable: string }[]
  /** Where it says that it does its work, where its code names such a path. */
  readonly health: string | undefined
  readonly hasVitest: boolean
}

const clients = {
  postgres: ['pg', 'postgres', 'pg-promise', 'typeorm', '@prisma/client', 'slonik', 'drizzle-orm'],
  redis: ['redis', 'ioredis', 'bullmq', 'bull', '@redis/client'],
}
const composeFiles = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']
const envFiles = ['.env.example', '.env.sample', '.env.local', '.env']

/**
 * Reads package.json, the compose file and the files of the environment, whichever are there. Of the
 * environment only names are kept.
 */
export async function lookAtProject(root: string): Promise<Project> {
  const text = await readFile(join(root, 'package.json'), 'utf8').catch(() => '{}')
  const { name, main, scripts, dependencies, devDependencies } = manifest.parse(JSON.parse(text))
  const compose = await firstOf(root, composeFiles)
  const env = (await Promise.all(envFiles.map(file => firstOf(root, [file])))).join('\n')
  const serverOf = (kind: keyof typeof clients, scheme: RegExp, usual: string) => {
    const told = variableFor(`${env}\n${compose}`, scheme)
    const isUsed = clients[kind].some(each => each in dependencies)
    return told ?? (isUsed ? usual : undefined)
  }
  const migration = ['migrate', 'db:migrate', 'migration:run'].find(script => script in scripts)
  return {
    name,
    command: scripts.start ?? `node ${main ?? 'server.js'}`,
    migrate: migration && `npm run ${migration}`,
    postgres: serverOf('postgres', /postgres(?:ql)?:\/\//, 'DATABASE_URL'),
    redis: serverOf('redis', /rediss?:\/\//, 'REDIS_URL'),
    upstreams: upstreamsIn(env),
    health: await healthPath(root),
    hasVitest: 'vitest' in { ...dependencies, ...devDependencies },
  }
}

/** `PAYMENTS_URL=https://…` is `payments`. Where it listens itself is none. */
function upstreamsIn(env: string): Project['upstreams'] {
  const found = env.matchAll(/^(?:export )?([A-Z][A-Z0-9_]*) ?= *["']?https?:\/\//gm)
  const variables = [...new Set([...found].map(([, variable = '']) => variable))]
  return variables
    .map(variable => ({ variable, name: partName(variable) }))
    .filter(
      ({ name }) => name !== '' && !/^(app|base|public|site|frontend|self|origin)/i.test(name),
    )
}

function partName(variable: string): string {
  const words = variable
    .toLowerCase()
    .split('_')
    .filter(word => !/^(url|uri|base|endpoint|host|api)$/.test(word))
  return words
    .map((word, n) => (n === 0 ? word : `${word[0]?.toUpperCase()}${word.slice(1)}`))
    .join('')
}

const healthy = /["'`](\/(?:[\w-]+\/)*(?:health|healthz|healthcheck|ready|readyz|livez|ping))["'`]/
const mostFiles = 500

async function healthPath(root: string): Promise<string | undefined> {
  let looked = 0
  const options = { cwd: root, exclude: (name: string) => /^(node_modules|dist|\..+)$/.test(name) }
  for await (const path of glob('**/*.{js,ts,mjs,cjs,mts,py,go,rb}', options)) {
    if (++looked > mostFiles) return undefined
    const found = healthy.exec(await readFile(join(root, path), 'utf8'))?.[1]
    if (found !== undefined) return found
  }
  return undefined
}

/** `DATABASE_URL=postgres://…`, and so in the `environment` of a compose file. */
function variableFor(text: string, scheme: RegExp): string | undefined {
  const line = new RegExp(`^[\\s-]*(?:export )?([A-Z][A-Z0-9_]*) ?[=:] *["']?${scheme.source}`, 'm')
  return line.exec(text)?.[1]
}

async function firstOf(root: string, files: readonly string[]): Promise<string> {
  for (const file of files) {
    const text = await readFile(join(root, file), 'utf8').catch(() => undefined)
    if (text !== undefined) return text
  }
  return ''
}
