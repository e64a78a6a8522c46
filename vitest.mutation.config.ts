import { defineConfig } from 'vitest/config'

/** The quick tests of what judges: what mutants of it must not survive. Nothing here starts a process. */
export default defineConfig({
  test: {
    include: [
      'lab/{verdict,proof,admission,checkers,model,base}/**/*.test.ts',
      'lab/run/{steady,injector,milestones}.test.ts',
    ],
    exclude: ['lab/checkers/oracles/**', 'lab/checkers/docs.test.ts'],
    testTimeout: 300_000,
  },
})
