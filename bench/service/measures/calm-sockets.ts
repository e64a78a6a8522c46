import { fileURLToPath } from 'node:url'
import { createVitest, type Reporter } from 'vitest/node'
import type { Measure } from '../measure.ts'

const longestSeconds = 5
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Connecting, publishing, channels and resuming; the others are about what goes wrong. */
const calm = { file: 'targets/scenarios/realtime/realtime.test.ts', names: '^WS-0[1235] ' }

/**
 * The calm scenarios of web sockets as the test run has them, with servers of their own.
 * Scenarios: LOD-06
 */
export const measure: Measure = {
  name: 'calm-sockets',
  scenario: 'LOD-06',
  goals: [
    { figure: 'setUp', title: 'calm socket scenarios: longest set-up', unit: 's', atMost: 10 },
    {
      figure: 'longest',
      title: 'calm socket scenarios: the longest',
      unit: 's',
      atMost: longestSeconds,
    },
    { figure: 'cleanUp', title: 'calm socket scenarios: longest clean-up', unit: 's', atMost: 5 },
    { figure: 'count', title: 'calm socket scenarios', unit: '', atLeast: 1, isOwn: true },
    { figure: 'failed', title: 'calm socket scenarios: failed', unit: '', atMost: 0, isOwn: true },
  ],
  run: async () => ({ stretches: [{ figures: await timed() }] }),
}

async function timed(): Promise<Record<string, number>> {
  const hooks = new Map<string, number>()
  const longest: Record<string, number> = { beforeAll: 0, afterAll: 0 }
  const seconds: number[] = []
  let failed = 0
  const reporter: Reporter = {
    onHookStart: ({ entity, name }) => void hooks.set(`${entity.id}/${name}`, performance.now()),
    onHookEnd: ({ entity, name }) => {
      const startMs = hooks.get(`${entity.id}/${name}`) ?? Number.NaN
      longest[name] = Math.max(longest[name] ?? 0, (performance.now() - startMs) / 1_000)
    },
    onTestCaseResult: test => {
      const { state } = test.result()
      if (state === 'skipped') return
      seconds.push((test.diagnostic()?.duration ?? Number.NaN) / 1_000)
      if (state === 'failed') failed++
      const isNotable = state === 'failed' || (seconds.at(-1) ?? 0) > longestSeconds
      if (isNotable) console.error(`${state} after ${seconds.at(-1)} s: ${test.fullName}`)
    },
  }
  const options = {
    root,
    watch: false,
    project: 'scenarios',
    testNamePattern: calm.names,
    reporters: [reporter],
  }
  const vitest = await createVitest('test', options)
  try {
    await vitest.start([calm.file])
  } finally {
    await vitest.close()
    // A failed test is a figure here, not the end of this process.
    process.exitCode = 0
  }
  return {
    setUp: longest.beforeAll ?? Number.NaN,
    longest: Math.max(...seconds),
    cleanUp: longest.afterAll ?? Number.NaN,
    count: seconds.length,
    failed,
  }
}
