import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { findHere, findServer, type ServerKind } from './find-server.ts'
import { reservePort } from './reserve-port.ts'

/** A server that no machine has. */
const unheardOf: ServerKind = {
  name: 'Unheard',
  command: 'unheard-of-server',
  variable: 'UNHEARD_OF_BIN',
  versionArgs: ['--version'],
  packages: ['unheard-of-server'],
  inPackages: ['usr/bin/unheard-of-server'],
  install: { apt: 'apt unheard', homebrew: 'brew unheard', docker: 'docker unheard' },
}

let cacheFolder = ''
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'lab-servers-'))
  await chmod(cacheFolder, 0o755)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cacheFolder, { recursive: true, force: true })
})

test('a server that cannot be had is one error with all that was tried and three ways out', async () => {
  // A machine without apt: asking a real one would only take time.
  vi.stubEnv('PATH', '/nowhere')
  const finding = findServer(unheardOf, { cacheFolder })
  await expect(finding).rejects.toMatchObject({ code: 'no-server', verdict: 'unable' })
  const message = await finding.catch(String)
  for (const part of [
    'UNHEARD_OF_BIN: not set',
    'PATH: no unheard-of-server',
    'packages unheard-of-server: apt-get',
    'ENOENT',
    'apt unheard',
    'brew unheard',
    'docker unheard',
  ]) {
    expect(message).toContain(part)
  }
  const left = await readdir(join(cacheFolder, 'servers'))
  expect(left.filter(name => name !== '.apt')).toEqual([])
})

test('a program named by its variable is taken, and refused when it does not run', async () => {
  const program = join(cacheFolder, 'mine')
  await writeFile(program, '#!/bin/sh\necho Mine 1.2\n', { mode: 0o755 })
  vi.stubEnv('UNHEARD_OF_BIN', program)
  expect(await findHere(unheardOf, { cacheFolder })).toMatchObject({
    command: program,
    version: 'Mine 1.2',
    from: 'UNHEARD_OF_BIN',
  })
  vi.stubEnv('UNHEARD_OF_BIN', '/no/such/program')
  await expect(findHere(unheardOf, { cacheFolder })).rejects.toThrow(
    /\/no\/such\/program[\s\S]*set UNHEARD_OF_BIN to a program that works/,
  )
})

test('another server that goes by the same command is passed over', async () => {
  const bin = join(cacheFolder, 'bin')
  await mkdir(bin)
  const program = join(bin, 'unheard-of-server')
  await writeFile(program, '#!/bin/sh\necho Unheard 3.1-Other\n', { mode: 0o755 })
  vi.stubEnv('PATH', bin)
  const here = (kind: Partial<ServerKind>) =>
    findHere({ ...unheardOf, packages: [], ...kind }, { cacheFolder })
  expect(await here({})).toMatchObject({ command: program, from: 'PATH' })
  expect(await here({ isNot: /Other/ })).toBeUndefined()
})

test('an installed server that does not run is passed over, and told', async () => {
  const [broken, whole] = [join(cacheFolder, 'broken'), join(cacheFolder, 'whole')]
  for (const folder of [broken, whole]) await mkdir(folder)
  const script = '#!/bin/sh\necho error while loading shared libraries >&2; exit 127\n'
  await writeFile(join(broken, 'unheard-of-server'), script, { mode: 0o755 })
  vi.stubEnv('PATH', `${broken}:${whole}`)
  const tried: string[] = []
  const kind = { ...unheardOf, packages: [] }
  expect(await findHere(kind, { cacheFolder }, tried)).toBeUndefined()
  expect(tried.join()).toMatch(/broken\/unheard-of-server: does not run,[\s\S]*shared libraries/)
  const good = '#!/bin/sh\necho Unheard 1\n'
  await writeFile(join(whole, 'unheard-of-server'), good, { mode: 0o755 })
  expect(await findHere(kind, { cacheFolder })).toMatchObject({ version: 'Unheard 1' })
})

test('ports are free, below the range of outgoing connections, and held until released', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, reservePort))
  expect(new Set(ports.map(({ port }) => port)).size).toBe(50)
  expect(Math.max(...ports.map(({ port }) => port))).toBeLessThan(32_000)
  await Promise.all(ports.map(({ release }) => release()))
})

test('a port that is released stays taken for whoever else reserves one', async () => {
  const { port, release } = await reservePort()
  await release()
  const other = createServer().listen({ host: '127.0.0.1', port: port + 1 })
  await expect(once(other, 'listening')).rejects.toThrow('EADDRINUSE')
})
