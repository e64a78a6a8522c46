import { seeded } from '../base/random.ts'
import type { Journal } from '../journal/journal.ts'
import type { Checker, Finding, Lie, Told } from '../model/checker.ts'
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
      if (!isFound(checker, lie, journal, falsified)) missed.push(lie.name)
    }
  }
  return { told: told.length, found: told.length - missed.length, noPlace, missed }
}

function isFound(checker: Checker, lie: Lie, journal: Journal, told: Told): boolean {
  if (isFoundInPart(checker, lie, journal, told)) return true
  return isSeen(checker.check(told.journal), lie, told)
}

/**
 * A part is looked at in a moment, where a copy of a large journal takes as long as the journal. It
 * is no way to find more: without the lie there is nothing to find in it, and what is not found in it
 * is looked for in the whole.
 */
function isFoundInPart(checker: Checker, lie: Lie, journal: Journal, told: Told): boolean {
  if (!checker.partsOf || lie.found === 'unknown') return false
  const { before, after } = checker.partsOf(journal, told)
  if (checker.check(before).word === 'invalid') return false
  return isSeen(checker.check(after), lie, told)
}

function isSeen(finding: Finding, { found }: Lie, { touched }: Told): boolean {
  if (finding.word !== 'invalid') return finding.word === 'unknown' && found === 'unknown'
  return finding.witness.entries.some(index => touched.includes(index))
}
