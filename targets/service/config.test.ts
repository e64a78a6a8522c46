import { describe, expect, test } from 'vitest'
import { ConfigError, loadConfig, parseConfig } from './config.ts'
import { environments } from './config-schema.ts'
import { defenceNames, defenceTable } from './defences.ts'

const good = {
  environment: 'development',
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

describe('PLT-01 each environment', () => {
  const tokens = { algorithm: 'HS256', secret: 's'.repeat(32) }
  /** Safe everywhere. */
  const safe = { ...good, auth: { tokens }, publicUrl: 'https://shop.example.com' }
  const far = 'http://pay.example.com'
  /** What is unsafe, where, and in which environments it is refused. */
  const unsafe = [
    ['auth', { auth: undefined }, ['staging', 'production']],
    ['auth.secureCookies', { auth: { tokens, secureCookies: false } }, ['staging', 'production']],
    ['publicUrl', { publicUrl: undefined }, ['staging', 'production']],
    ['publicUrl', { publicUrl: 'http://shop.example.com' }, ['staging', 'production']],
    ['payments.url', { payments: { url: far, apiKey: 'x' } }, ['test', 'staging', 'production']],
    ['marketplace.url', { marketplace: { url: far, apiKey: 'x' } }, ['staging', 'production']],
    ['oauth.issuer', { oauth: { issuer: far, clientId: 'x' } }, ['staging', 'production']],
    ['smtp.host', { smtp: { host: 'mail.example.com', port: 25 } }, ['test']],
    ['defencesOff', { defencesOff: ['rate-limit'] }, ['production']],
  ] as const

  describe.each(environments)('%s', environment => {
    test('control: takes what is safe', () => {
      expect(problemsOf({ ...safe, environment })).toEqual([])
      expect(parseConfig({ ...safe, environment }).environment).toBe(environment)
    })

    test.each(unsafe)('knows whether %s is unsafe there: %o', (field, change, refusedIn) => {
      const problems = problemsOf({ ...safe, ...change, environment })
      const isRefused = refusedIn.some(each => each === environment)
      expect(problems).toEqual(
        isRefused ? [expect.stringMatching(new RegExp(`^${field}: (is needed|must be).{10}`))] : [],
      )
    })
  })

  test.each([undefined, 'prod'])('whoever says %s is held to what production demands', named => {
    const fields = problemsOf({ ...good, environment: named }).map(line => line.split(':')[0])
    expect(fields).toEqual([...(named ? ['environment'] : []), 'auth', 'publicUrl'])
  })
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
