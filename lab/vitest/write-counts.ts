import { takeCoverage } from 'node:v8'
import { afterAll } from 'vitest'

/** A test's process is ended without a moment to write what V8 counted, so it does so before. */
afterAll(() => takeCoverage())
