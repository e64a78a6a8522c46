import { afterAll, beforeAll } from 'vitest'
import { partOf, type TestRun, testRun } from './test-run.ts'

/**
 * For a file whose tests start servers of their own: one run, whose guardian is started once. The
 * function gives each test a part of it, which ends what it started when it is disposed.
 */
export function runParts(): () => Promise<TestRun> {
  let run: TestRun
  let count = 0
  beforeAll(async () => {
    run = await testRun()
  })
  afterAll(() => run?.[Symbol.asyncDispose]())
  return () => partOf(run, `part-${++count}`)
}
