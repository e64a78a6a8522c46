import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { experimentsFolder } from '../../model/experiments-folder.ts'
import { lookAtProject } from './look-at-project.ts'
import { startingFiles } from './starting-files.ts'

const main = join(import.meta.dirname, '../main.ts')

async function project(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'lab-init-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text)
  const init = (...flags: string[]) =>
    spawnSync(process.execPath, [main, 'init', ...flags], { cwd: root, encoding: 'utf8' })
  const text = (path: string) => readFile(join(root, path), 'utf8')
  return { root, init, text, [Symbol.asyncDispose]: () => rm(root, { recursive: true }) }
}

const manifest = JSON.stringify({
  name: 'todo',
  scripts: { start: 'node src/main.js', migrate: 'node migrate.js' },
  dependencies: { pg: '8' },
})

test('a project is told by its scripts, dependencies, compose file and environment', async () => {
  await using it = await project({
    'package.json': manifest,
    '.env.example':
      'PG=postgres://localhost/todo\nPAYMENTS_API_URL=https://pay.example\nAPP_URL=http://x\n',
    'main.py': 'x',
    'server.js': "app.get('/healthz', ok)",
    'compose.yaml': 'services:\n  api:\n    environment:\n      - CACHE_URL=redis://cache:6379\n',
  })
  expect(await lookAtProject(it.root)).toEqual({
    name: 'todo',
    command: 'node src/main.js',
    migrate: 'npm run migrate',
    postgres: 'PG',
    redis: 'CACHE_URL',
    upstreams: [{ name: 'payments', variable: 'PAYMENTS_API_URL' }],
    health: '/healthz',
    hasVitest: false,
  })
})

test('a server that nothing names is no part of the target', async () => {
  await using it = await project({})
  const found = await lookAtProject(it.root)
  expect([found.postgres, found.redis]).toEqual([undefined, undefined])
  expect([found.upstreams, found.health]).toEqual([[], undefined])
  const target = startingFiles(found)['resilience/target.ts']
  expect(target).not.toMatch(/postgres|redis|upstream/)
  expect(target).toContain('ready: tcp()')
})

test('init writes the files that its configuration names, and overwrites none', async () => {
  await using it = await project({
    'package.json': manifest,
    'resilience.config.ts': 'export default { experiments: "mine" }\n',
  })
  const { status, stdout } = it.init('--yes')
  expect([status, stdout]).toEqual([0, expect.stringContaining('kept  resilience.config.ts')])
  expect(await it.text('resilience.config.ts')).toContain('mine')
  await mkdir(join(it.root, 'mine'))
  expect(await experimentsFolder(it.root)).toBe('mine')
  expect(await it.text('resilience/target.ts')).toContain('DATABASE_URL: postgres.url')
})

test('without a terminal and without --yes nothing is written', async () => {
  await using it = await project({ 'package.json': manifest })
  expect(it.init().status).toBe(64)
  await expect(it.text('resilience/target.ts')).rejects.toThrow('ENOENT')
})
