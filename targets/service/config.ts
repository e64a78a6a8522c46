import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import type { anywhere, roles } from './config-schema.ts'
import { schemaFor } from './environment.ts'

export type Role = (typeof roles)[number]
export type Config = z.infer<typeof anywhere>
export type AuthConfig = Config['auth']
export type RedisConfig = Config['redis']

/** Says everything that is wrong with a configuration at once, and never a value, only where. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]
  constructor(source: string, problems: readonly string[]) {
    super(`Cannot start with ${source}:\n${problems.map(line => `  - ${line}`).join('\n')}`)
    this.problems = problems
  }
}

/** @throws {ConfigError} */
export function parseConfig(input: unknown, source = 'this configuration'): Config {
  // Used once: compiling it takes longer than doing without.
  const parsed = schemaFor(input).safeParse(input, { jitless: true })
  if (parsed.success) return parsed.data
  throw new ConfigError(
    source,
    parsed.error.issues.map(issue => `${issue.path.join('.') || '(root)'}: ${issue.message}`),
  )
}

/** Reads the file that `SERVICE_CONFIG` names. @throws {ConfigError} */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const path = environment.SERVICE_CONFIG
  if (!path) throw new ConfigError('no configuration', ['SERVICE_CONFIG must name a JSON file'])
  return parseConfig(readJson(path), path)
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    // A parse error quotes the text around it, which may be a secret.
    const why = error instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read'
    throw new ConfigError(path, [`the file ${why}`])
  }
}
