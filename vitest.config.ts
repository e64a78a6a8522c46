import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const cores = availableParallelism()

/**
 * Under `pnpm coverage` Node runs the files as they are, so that what V8 counts is of their own lines
 * and not of what they would be transformed into.
 */
const counting = process.env.NODE_V8_COVERAGE !== undefined && {
  setupFiles: ['lab/vitest/write-counts.ts'],
  experimental: { viteModuleRunner: false, nodeLoader: false },
}

/** What tests start again and again is compiled once: it takes half of the proxy's start. */
const compiled = { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/tests') }
// And Vitest itself with the packages, which each file loads anew in a process of its own.
if (!counting) Object.assign(process.env, compiled)

/** Some thirty processes at a time, each with little to do: less room for garbage, fewer threads. */
const small = {
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --max-semi-space-size=4 --v8-pool-size=1`,
}

/** Groups run one after the other: what a project measures is not disturbed by another. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...counting,
          env: compiled,
          name: 'unit',
          include: ['{common,lab,faults,targets,bench,harness,dashboards,docs}/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'lab/vitest/resilience.test.ts', 'targets/scenarios/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          // Half of the files wait for servers and processes that they start; the other half computes.
          maxWorkers: cores + 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...counting,
          env: { ...compiled, ...small },
          name: 'scenarios',
          include: ['targets/scenarios/**/*.test.ts'],
          globalSetup: 'targets/runtime/build/set-up.ts',
          testTimeout: 30_000,
          hookTimeout: 120_000,
          // They wait more than they compute: for time-outs, pauses and servers that start.
          maxWorkers: cores + 2,
          // What a file needs of its own is started as a process: the next may have its modules.
          isolate: counting !== false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // A run of its own that asks every panel of a dashboard: by pnpm panels alone.
        test: { name: 'panels', include: ['dashboards/**/*.run.ts'], sequence: { groupOrder: 3 } },
      },
      {
        test: {
          name: 'game-day',
          include: ['experiments/game-day*.test.ts'],
          testTimeout: 600_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'experiments',
          include: ['lab/vitest/resilience.test.ts', 'experiments/**/*.test.ts'],
          // A browser acts in it for minutes: `vitest run --project game-day`.
          exclude: ['experiments/game-day*.test.ts'],
          testTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'examples',
          include: ['examples/*.test.ts'],
          testTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
