import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const dockerfiles = {
  'faults/proxy/Dockerfile': ['faults/proxy/**/*.ts'],
  'targets/service/Dockerfile': ['targets/service/**/*.ts'],
  'targets/peers/Dockerfile': [
    'targets/{payments,marketplace,smtp,oauth}/**/*.ts',
    'targets/peers/{admin,attempts,away,fault-board,http-fault,misbehave,open-database,port,problem,serve,settings}.ts',
  ],
}

/** Packages that files import for more than their types. */
async function importedBy(patterns: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for await (const path of glob([...patterns], { cwd: root })) {
    if (/\.test\.ts$|\.fuzz|conformance\/|testing\/|node_modules/.test(path)) continue
    const text = await readFile(join(root, path), 'utf8')
    const imports = text.matchAll(
      /^(?:import|export)\s(?!type\s)[^'"]*?from '([^.'][^']*)'|import\('([^.'][^']*)'\)/gm,
    )
    for (const [, fixed, asked] of imports) {
      const name = fixed ?? asked ?? ''
      if (!name.startsWith('node:')) found.add(/^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)
    }
  }
  return found
}

/** The text that names the packages of an image: its own, or that of the list which it takes whole. */
async function installedBy(path: string): Promise<string> {
  const text = await readFile(join(root, path), 'utf8')
  const list = /^COPY (\S+\/package\.json) \.\/$/m.exec(text)?.[1]
  return list === undefined ? text : readFile(join(root, list), 'utf8')
}

test.each(Object.entries(dockerfiles))(
  '%s installs what its sources import',
  async (path, patterns) => {
    const text = await installedBy(path)
    const imported = await importedBy(patterns)
    expect(imported.size).toBeGreaterThan(1)
    const missing = [...imported].filter(name => !new RegExp(`['" ]${name}['" ]`).test(text))
    expect(missing).toEqual([])
  },
)

test.each(Object.keys(dockerfiles))(
  '%s ends as an ordinary user, without a shell, with a health check',
  async path => {
    const stages = (await readFile(join(root, path), 'utf8')).split(/^FROM /m)
    const last = stages.at(-1) ?? ''
    expect(stages.length).toBeGreaterThan(2)
    expect(last).toMatch(/^USER nonroot$/m)
    expect(last).toMatch(/^HEALTHCHECK /m)
    expect(last).toMatch(/^ENTRYPOINT \[/m)
    expect(last).not.toMatch(/^RUN /m)
  },
)

test('control: a package that is not installed is found', async () => {
  const imported = await importedBy(dockerfiles['targets/service/Dockerfile'])
  expect(imported.has('pino')).toBe(true)
  expect(imported.has('smtp-server')).toBe(false)
})
