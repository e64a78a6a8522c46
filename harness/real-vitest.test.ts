import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { repeatTest } from './tell-failure.ts'
import { type FixtureRun, runFixtures } from './testing/run-fixtures.ts'

let fixtures: FixtureRun
beforeAll(async () => {
  fixtures = await runFixtures({
    env: { RESILIENCE_SEED: '4711' },
    args: ['--reporter=default', '--reporter=github-actions'],
  })
}, 600_000)
afterAll(() => fixtures?.[Symbol.asyncDispose]())

test('what begins late, in a test whose time is over, is refused, and nothing is left', () => {
  const { said, output } = fixtures
  expect(said.slice(0, 2), output).toEqual(
    expect.arrayContaining([
      { stuck: expect.arrayContaining(['down(of-the-stuck)']) },
      { begun: expect.arrayContaining(['latency(redis, 1ms)']) },
    ]),
  )
  expect(said.slice(2), output).toEqual([
    { left: { owed: [], alive: ['proxy'] } },
    { 'late fault': 'lab-closed' },
    { 'late server': 'lab-closed' },
    { 'late link': 'lab-closed' },
    { 'late heal': 'done' },
    { lateBody: 'redis' },
    { 'late call': 'lab-closed' },
    { meanwhile: { owed: [], alive: ['proxy', 'of-the-next'] }, next: 'of-the-next' },
  ])
  for (const title of ['a body that never ends', 'a set-up that outlives its time']) {
    expect(output).toMatch(new RegExp(`× ${title}`))
  }
  expect(output).toContain('✓ the next, in whose time that body runs')
})

test('a fault that touched nothing fails its test, unless it may', () => {
  const { output } = fixtures
  expect(output).toContain('× a fault that touches nothing')
  expect(output).toContain('touch something: lose-reply(redis, command SET)')
  expect(output).toContain('✓ one that may (touch) nothing')
})

test('a failure tells the seed, the command that repeats it and its report, also to GitHub', async () => {
  const { folder, output } = fixtures
  const again = "again  RESILIENCE_SEED=4711 npx vitest run \\S+/fails.fixture.ts -t 'a fault that"
  expect(output).toMatch(new RegExp(`^seed   4711\n${again}`, 'm'))
  expect(output).toMatch(/^::error [^\n]*seed {3}4711%0Aagain/m)
  const reports = [...output.matchAll(/^report (\S+report\.md)$/gm)].map(([, path]) => path ?? '')
  const all = await Promise.all(reports.map(path => readFile(join(folder, path), 'utf8')))
  const report = all.find(text => text.includes('# an-expectation-that-fails')) ?? ''
  expect(report).toContain('latency(redis, 5ms) ended, having touched 0')
  expect(report).toContain('## The end of redis.log')
})

test('a title goes into the command as it is', () => {
  const command = repeatTest('a/b.test.ts', 'pays (once) or says "no"', 7)
  expect(command).toBe(
    `RESILIENCE_SEED=7 npx vitest run a/b.test.ts -t 'pays \\(once\\) or says "no"'`,
  )
})
