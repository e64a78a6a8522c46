import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { z } from 'zod'
import { LabError, messageOf } from '../../base/errors.ts'
import { learnSecrets } from '../../base/secrets.ts'
import { labConfigShape } from './external-config.ts'
import type { ExternalSystem } from './external-system.ts'

export const configNames = ['ts', 'mts', 'js', 'mjs'].map(ending => `lab.config.${ending}`)

/**
 * Reads the project's `lab.config.ts`. Passwords and tokens in it are secret from then on.
 * @throws {LabError} `no-lab-config`, `broken-lab-config` with file, field and what was found there:
 * wrong usage.
 */
export async function loadExternal(root: string): Promise<ExternalSystem> {
  const file = configNames.map(name => join(root, name)).find(existsSync)
  if (file === undefined) throw absent(root)
  return readExternal(file)
}

/** The same of this very file. */
export async function readExternal(file: string): Promise<ExternalSystem> {
  const value = await exportOf(file)
  const parsed = labConfigShape.safeParse(value)
  if (!parsed.success) throw wrong(file, value, parsed.error.issues)
  const { external } = parsed.data
  learnSecrets(
    Object.fromEntries([
      ...external.proxies.map(({ token }, at) => [`${at}.token`, token] as const),
      ...Object.entries(external.parts).map(([name, { url }]) => [name, url] as const),
    ]),
  )
  return { ...external, file, mayLoseAll: false, onlyLooks: false }
}

async function exportOf(file: string): Promise<unknown> {
  try {
    const loaded: { readonly default?: unknown } = await import(pathToFileURL(file).href)
    return loaded.default
  } catch (cause) {
    throw broken(file, `it cannot be loaded: ${messageOf(cause)}`)
  }
}

function wrong(file: string, value: unknown, issues: readonly z.core.$ZodIssue[]): LabError {
  const lines = issues.map(({ path, message }) => {
    const field = path.map(String).join('.') || 'the default export'
    const given = valueAt(value, path)
    const found = isSecret(path) ? '[a secret]' : JSON.stringify(given)?.slice(0, 120)
    return `${field}: ${message.replace(/^Invalid input: /, '')}, found ${found ?? 'nothing'}`
  })
  return broken(file, lines.join('\n           '))
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    value,
  )
}

function isSecret(path: readonly PropertyKey[]): boolean {
  return path.includes('token') || path.includes('url')
}

function broken(file: string, found: string): LabError {
  return new LabError(
    {
      code: 'broken-lab-config',
      expected: `${file} to export default labConfig({ external: { proxies, parts, mayHurt } })`,
      found,
      why: 'What runs already is hurt only where it is described without doubt.',
      next: 'Correct these fields; docs/runtimes.md explains each of them.',
    },
    'usage',
  )
}

function absent(root: string): LabError {
  return new LabError(
    {
      code: 'no-lab-config',
      expected: `a lab.config.ts in ${root} that describes what runs already`,
      found: 'none',
      why: '--runtime external attaches to a system that it did not start.',
      next: 'Write one as docs/runtimes.md shows, or run it without --runtime external.',
    },
    'usage',
  )
}
