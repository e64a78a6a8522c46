import type { Event } from '../../lab/journal/journal.ts'
import type { Context } from '../../lab/model/target.ts'
import type { TestRun } from './test-run.ts'

/** What a target is started with, for a test that looks at no journal. */
export function contextOf(run: TestRun): Context {
  const record = (event: Event) => ({ ...event, index: 0, atMs: 0, source: 'test' })
  return { ...run, recorder: { record }, defencesOff: [] }
}
