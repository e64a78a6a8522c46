import { seeded } from '../base/random.ts'
import type { Journal } from '../journal/journal.ts'
import type { Checker, Lie, Told } from '../model/checker.ts'
import type { JudgedLies } from './conclusion.ts'

/**
 * Tells each of a check's lies to a copy of a journal it found valid, and sees whether the check
 * finds it. The same journal gets the same lies.
 */
export function tellLies(name: string, checker: Checker, journal: Journal): JudgedLies {
  const run = journal.find(entry => entry.kind === 'run')
  const random = seeded(run?.seed ?? 0).fork(`lies/${name}`)
  const told: string[] = []
  const missed: string[] = []
  let noPlace = 0
  for (const lie of checker.lies) {
    const falsified = lie.tell(journal, random.fork(lie.name))
    if (!falsified) noPlace++
    else {
      told.push(lie.name)
      if (!isFound(checker, lie, falsified)) missed.push(lie.name)
    }
  }
  return { told: told.length, found: told.length - missed.length, noPlace, missed }
}

function isFound(checker: Checker, lie: Lie, { journal, touched }: Told): boolean {
  const finding = checker.check(journal)
  if (finding.word === 'valid') return false
  if (finding.word === 'unknown') return lie.found === 'unknown'
  return finding.witness.entries.some(index => touched.includes(index))
}
