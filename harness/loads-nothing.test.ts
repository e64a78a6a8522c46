import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** URLs of all modules that this code loads, in a Node of its own. */
function loadedBy(code: string): readonly string[] {
  const counting = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
    ${code}
    console.log(JSON.stringify(loaded))`
  const args = ['--input-type=module', '--eval', counting]
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

const server = /\/(targets|faults)\/|node_modules\/(pg|ioredis|toxiproxy-node-client)\//

const entries = {
  './harness/index.ts': `;(await import('./harness/index.ts')).openLab()`,
  // Outside of a test of Vitest it loads all it imports, and refuses to go on.
  './harness/vitest.ts': `await import('./harness/vitest.ts').catch(() => {})`,
}

test('importing the lab loads no server, and no client of one', () => {
  const client =
    /\/(targets|faults)\/|node_modules\/(pg|ioredis|undici|fastify|ws|openapi-backend)\//
  expect(loadedBy(`await import('./lab/index.ts')`).filter(url => client.test(url))).toEqual([])
  expect(loadedBy(`await import('./lab/workloads/http.ts')`).some(url => client.test(url))).toBe(
    true,
  )
})

test.each(Object.entries(entries))(
  'importing %s loads no server, no fault and no client of either',
  (_entry, code) => {
    const loaded = loadedBy(code)
    expect(loaded.some(url => url.endsWith('/harness/shared-session.ts'))).toBe(true)
    expect(loaded.filter(url => server.test(url))).toEqual([])
  },
)

test('control: what is loaded when a lab is used would be seen', () => {
  expect(loadedBy(`await import('./harness/servers.ts')`).some(url => server.test(url))).toBe(true)
})
