import { join } from 'node:path'
import { userCache } from '../base/user-cache.ts'

/** How Vitest runs the experiments of a project that has the package: by its file of tests, nothing else. */
export default {
  root: import.meta.dirname,
  cacheDir: join(userCache(), 'vitest'),
  test: {
    name: 'experiments',
    include: ['resilience.test.js'],
    exclude: [],
    maxWorkers: 1,
    // Two versions of Vitest on one machine keep what they measure apart.
    cache: false,
  },
}
