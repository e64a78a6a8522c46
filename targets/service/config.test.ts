import { expect, test } from 'vitest'
import { ConfigError, loadConfig, parseConfig } from './config.ts'
import { defenceNames, defenceTable } from './defences.ts'

const good = {
  instance: 'api-1',
  roles: ['api'],
  postgres: { url: 'postgres://shop:hunter2@127.0.0.1:5432/shop' },
  redis: { host: '127.0.0.1', port: 6379 },
}

function problemsOf(input: unknown): readonly string[] {
  try {
    parseConfig(input)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('fills in what may be left out', () => {
  expect(parseConfig(good)).toMatchObject({
    host: '127.0.0.1',
    ports: { api: 0 },
    redis: { confirmReplicas: 0 },
    defencesOff: [],
  })
})

test('takes Sentinel with a map of addresses', () => {
  const redis = {
    sentinels: [{ host: '127.0.0.1', port: 26379 }],
    name: 'main',
    natMap: { '127.0.0.1:6379': { host: '127.0.0.1', port: 16379 } },
    confirmReplicas: 2,
  }
  expect(parseConfig({ ...good, redis }).redis).toEqual(redis)
})

test('PLT-01: tells every problem at once, by its place', () => {
  const problems = problemsOf({
    ...good,
    roles: ['api', 'cron'],
    ports: { api: 70_000 },
    defencesOff: ['no-such-defence'],
    extra: true,
  })
  expect(problems.map(line => line.split(':')[0]).sort()).toEqual([
    '(root)',
    'defencesOff.0',
    'ports.api',
    'roles.1',
  ])
})

test('refuses a parameter that a defence does not have, and names those it has', () => {
  const defenceSettings = { 'retry-budget': { tries: 3 } }
  expect(problemsOf({ ...good, defenceSettings })).toEqual([
    'defenceSettings.retry-budget.tries: knows only: attempts, ratio, reserve, baseMs, capMs',
  ])
})

test('PLT-01: never says a secret', () => {
  const problems = problemsOf({
    ...good,
    postgres: { url: 'http://shop:hunter2@127.0.0.1' },
    auth: { tokens: { algorithm: 'HS256', secret: 'hunter2' } },
  })
  expect(problems).toHaveLength(2)
  expect(problems.join()).not.toContain('hunter2')
})

test('names the variable, or the file, that is missing', () => {
  expect(() => loadConfig({})).toThrow('SERVICE_CONFIG must name a JSON file')
  const missing = { SERVICE_CONFIG: '/no/such/file.json' }
  expect(() => loadConfig(missing)).toThrow('the file cannot be read')
})

test('every defence promises something, in one sentence', () => {
  for (const name of defenceNames) expect(defenceTable[name].promise).toMatch(/^[A-Z].*\.$/)
})
