import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunOptions } from '../admission/run-options.ts'
import { readJournal } from '../journal/read-journal.ts'
import type { Experiment } from '../model/experiment.ts'
import { run } from '../run/run.ts'
import { isShortOfTime } from '../verdict/short-of-time.ts'
import { counterExperiment } from './counter-experiment.ts'
import type { CounterSystem } from './counter-target.ts'

/** Five runs at a time in a process of a suite that keeps all cores busy. */
const repeats = 5

export type Changes = Partial<Experiment<CounterSystem>>

/**
 * Runs the counter's experiment, so changed, in a folder of its own, to its end; again where the
 * machine had no time for it, which is not what a test wants to see.
 */
export async function running(changes: Changes = {}, options: Partial<RunOptions> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'lab-run-test-'))
  const experiment = counterExperiment(changes)
  const once = () => run(experiment, { name: 'counter', seed: 1, root, ...options })
  let finished = await once()
  for (let again = 0; again < repeats && isShortOfTime(finished.conclusion); again++) {
    finished = await once()
  }
  const journal = await readJournal(join(finished.folder, 'journal.jsonl'))
  return {
    ...finished,
    experiment,
    journal,
    root,
    reasons: finished.conclusion.reasons.map(({ word, text }) => `${word}: ${text}`),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

/** What is left of ledgers and scratch folders; empty where nothing is owed and nothing runs. */
export async function leftovers(root: string): Promise<readonly string[]> {
  const ledgers = await readdir(join(root, '.lab/ledgers')).catch(() => [])
  const scratch = await readdir(join(root, '.lab/scratch')).catch(() => [])
  return [...ledgers.filter(name => name.endsWith('.jsonl')), ...scratch]
}
