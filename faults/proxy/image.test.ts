import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { freePort } from '../../lab/testing/loopback.ts'
import { until } from './testing/proxied.ts'

const here = fileURLToPath(new URL('./', import.meta.url))
const dockerfile = await readFile(join(here, 'Dockerfile'), 'utf8')
const ignored = (await readFile(join(here, 'Dockerfile.dockerignore'), 'utf8')).split('\n')

/** What the instruction that begins so runs. */
function command(instruction: string): string[] {
  const [, list = ''] = new RegExp(`^${instruction} (\\[.+\\])$`, 'm').exec(dockerfile) ?? []
  return z.array(z.string()).parse(JSON.parse(list))
}

/** Of the two patterns that leave files of this folder out: a folder by name, and every test. */
function isCopied(path: string): boolean {
  const inside = `faults/proxy/${path.slice(here.length)}`
  return (
    !ignored.includes(inside) && !(ignored.includes('**/*.test.ts') && inside.endsWith('.test.ts'))
  )
}

/** What the image holds, with the packages that its first stage installs. */
async function image(): Promise<AsyncDisposable & { readonly folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-image-'))
  await cp(here, join(folder, 'faults/proxy'), { recursive: true, filter: isCopied })
  const [, names = ''] = /\[((?:'[\w-]+'(?:, )?)+)\]\.map/.exec(dockerfile) ?? []
  await mkdir(join(folder, 'node_modules'))
  for (const name of names.replaceAll("'", '').split(', ')) {
    const installed = await realpath(join(here, '../../node_modules', name))
    await symlink(installed, join(folder, 'node_modules', name))
  }
  await writeFile(join(folder, 'package.json'), '{"type": "module"}')
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

/** The node of this machine in place of the image's. */
function run(cwd: string, [node, ...args]: readonly string[], env: Record<string, string> = {}) {
  expect(node).toBe('/nodejs/bin/node')
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', data => (output += data))
  child.stderr.on('data', data => (output += data))
  return { child, output: () => output, exited: once(child, 'exit') }
}

test('the files and packages of the image are enough to start the proxy, and it is found healthy', async () => {
  await using copy = await image()
  const port = await freePort()
  const args = [...command('ENTRYPOINT'), ...command('CMD'), '-port', `${port}`]
  expect(args).toContain('0.0.0.0')
  const proxy = run(copy.folder, args, { PROXY_TOKEN: 's3cret' })
  const check = command('HEALTHCHECK .* CMD')
  const healthy = async () => {
    const [code] = await run(
      copy.folder,
      check.map(word => word.replace('8474', `${port}`)),
    ).exited
    return code === 0
  }
  expect(await healthy()).toBe(false)
  await until(healthy, 30_000)
  const body = {
    name: 'p',
    upstream: '127.0.0.1:1',
    protocol: 'redis',
    toxics: [{ type: 'latency' }],
  }
  const answer = await fetch(`http://127.0.0.1:${port}/proxies`, {
    method: 'POST',
    headers: { authorization: 'Bearer s3cret' },
    body: JSON.stringify(body),
  })
  expect(answer.status, proxy.output()).toBe(201)
  proxy.child.kill()
  expect(await proxy.exited).toEqual([0, null])
})

test('without a token the image does not open its API to the network, and says why', async () => {
  await using copy = await image()
  const proxy = run(copy.folder, [...command('ENTRYPOINT'), ...command('CMD')])
  expect(await proxy.exited).toEqual([1, null])
  expect(proxy.output()).toContain('PROXY_TOKEN')
})
