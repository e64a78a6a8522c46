import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../base/errors.ts'
import type { Journal } from '../journal/journal.ts'
import { readJournal } from '../journal/read-journal.ts'
import type { Checker, Finding } from '../model/checker.ts'
import type { Experiment } from '../model/experiment.ts'
import { conclude } from './conclude.ts'
import type { Conclusion } from './conclusion.ts'

/** The parts of an experiment that judge; it needs no running system. */
export type Judgeable = Pick<Experiment<never>, 'checks'>

/** Runs every check over the journal and draws the conclusion; a check that throws is an error. */
export function judge(journal: Journal, experiment: Judgeable): Conclusion {
  const failures: string[] = []
  const findings = Object.entries(experiment.checks).map(([name, checker]) => {
    return [
      name,
      { checker: checker.name, finding: ask(name, checker, journal, failures) },
    ] as const
  })
  return conclude(journal, Object.fromEntries(findings), failures)
}

/**
 * Judges a saved run from its journal alone.
 * @throws {LabError} `journal-broken`
 */
export async function judgeFolder(folder: string, experiment: Judgeable): Promise<Conclusion> {
  return judge(await readJournal(join(folder, 'journal.jsonl')), experiment)
}

export async function writeVerdict(folder: string, conclusion: Conclusion): Promise<void> {
  await writeFile(join(folder, 'verdict.json'), `${JSON.stringify(conclusion, null, 2)}\n`)
}

function ask(name: string, checker: Checker, journal: Journal, failures: string[]): Finding {
  try {
    return checker.check(journal)
  } catch (error) {
    const story = `the check itself failed: ${messageOf(error)}`
    failures.push(`check ${name}: ${story}`)
    return { word: 'unknown', story, figures: {} }
  }
}
