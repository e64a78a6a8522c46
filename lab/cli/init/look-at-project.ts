import { readFile } from 'node:fs/promises'
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
    hasVitest: 'vitest' in { ...dependencies, ...devDependencies },
  }
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
