import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { ConfigError, loadConfig, parseConfig } from './config.ts'

const folder = mkdtempSync(join(tmpdir(), 'service-config-'))
const file = join(folder, 'config.json')
afterAll(() => rmSync(folder, { recursive: true }))

const secret = 'hunter2-correct-horse-battery-staple'
const whole = {
  environment: 'production',
  instance: 'api-1',
  roles: ['api'],
  postgres: { url: `postgres://shop:${secret}@127.0.0.1:5432/shop` },
  redis: { host: '127.0.0.1', port: 6379, password: secret },
  auth: { tokens: { algorithm: 'HS256', secret } },
  publicUrl: 'https://shop.example.com',
  payments: { url: 'http://127.0.0.1:2', apiKey: secret },
  marketplace: { url: 'http://127.0.0.1:2', apiKey: secret },
  oauth: { issuer: 'http://127.0.0.1:2', clientId: 'shop', clientSecret: secret },
  smtp: { host: '127.0.0.1', port: 25, password: secret },
  clickhouse: { url: 'http://127.0.0.1:2', username: 'x', password: secret },
}

/** What is said against it; nothing when it is taken. Throws whatever is no such error. */
function saidOf(load: () => unknown): string {
  try {
    load()
    return ''
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    expect(error.problems.length).toBeGreaterThan(0)
    return error.message
  }
}

test('PLT-01: whatever is given as a configuration, the answer is it or all that is wrong', () => {
  const names = fc.constantFrom(...Object.keys(whole), 'ports', 'defencesOff', 'defenceSettings')
  const parts = fc.dictionary(names, fc.jsonValue(), { maxKeys: 4 })
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), parts), given => {
      saidOf(() => parseConfig(given))
    }),
  )
})

test('PLT-01: whatever is wrong with it, no secret is said', () => {
  expect(saidOf(() => parseConfig(whole))).toBe('')
  const section = fc.constantFrom(...Object.keys(whole))
  const wrong = fc.dictionary(fc.constantFrom('url', 'port', 'host', 'tokens', 'x'), fc.jsonValue())
  fc.assert(
    fc.property(section, wrong, fc.jsonValue(), (name, fields, instead) => {
      const before = Object.entries(whole).find(([key]) => key === name)?.[1]
      const merged = typeof before === 'object' ? { ...before, ...fields } : instead
      for (const given of [merged, instead, [before]]) {
        expect(saidOf(() => parseConfig({ ...whole, [name]: given }))).not.toContain(secret)
      }
    }),
  )
})

test('PLT-01: whatever is in the file, it is read or refused without being quoted', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.string()), bytes => {
      writeFileSync(file, bytes)
      const broken = `{"auth": "${secret}" ${bytes}`
      expect(saidOf(() => loadConfig({ SERVICE_CONFIG: file }))).not.toBe('')
      writeFileSync(file, broken)
      expect(saidOf(() => loadConfig({ SERVICE_CONFIG: file }))).not.toContain(secret)
    }),
  )
})

test('PLT-01: a process that is configured wrongly ends with 78 and says why, without a stack', async () => {
  writeFileSync(file, JSON.stringify({ ...whole, roles: ['cron'], postgres: { url: secret } }))
  const service = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, SERVICE_CONFIG: file },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, [code]] = await Promise.all([text(service.stderr), once(service, 'exit')])
  expect(code).toBe(78)
  expect(said).toContain('roles.0')
  expect(said).toContain('postgres.url')
  expect(said).not.toMatch(/hunter2|at .*\.ts:/)
})
