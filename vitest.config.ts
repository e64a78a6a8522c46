import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const cores = availableParallelism()

/** Groups run one after the other: what a project measures is not disturbed by another. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{lab,faults,targets,bench}/**/*.test.ts'],
          exclude: ['lab/vitest/resilience.test.ts', 'targets/scenarios/**'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: cores,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'scenarios',
          include: ['targets/scenarios/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 120_000,
          // They wait more than they compute: for time-outs, pauses and servers that start.
          maxWorkers: cores + 1,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'experiments',
          include: ['lab/vitest/resilience.test.ts', 'experiments/**/*.test.ts'],
          testTimeout: 180_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
