import { describe, expect, test } from 'vitest'
import { seeded } from '../../base/random.ts'
import type { Checker } from '../../model/checker.ts'
import { jobsAccounted } from '../effects/jobs-accounted.ts'
import { noGapsNoDuplicates } from '../effects/no-gaps-no-duplicates.ts'
import { alertFires } from '../recovery/alert-fires.ts'
import { attemptsPerRequest } from '../wire/attempts-per-request.ts'
import { breaker } from '../wire/breaker.ts'
import { histories, patienceMs } from './nightly.ts'
import type { Simulation } from './simulated.ts'
import { alertBounds, alertBugs, simulatedAlert } from './simulated-alert.ts'
import { breakerBugs, simulatedBreaker } from './simulated-breaker.ts'
import { outboxBugs, simulatedOutbox } from './simulated-outbox.ts'
import { queueBugs, simulatedQueue, tries } from './simulated-queue.ts'
import { atMost, retryBugs, simulatedRetries } from './simulated-retries.ts'

const w = { name: 'w' }
const poison = { is: (job: { readonly input: unknown }) => job.input === 'poison', tries }
const guards = (instance: string, { link }: { readonly link: string }) =>
  link.startsWith(`${instance}>`)

/** Judges a system with one bug, and without, over many runs; in how many the bug showed. */
function compared<Bug extends string>(
  bug: Bug | 'none',
  simulate: Simulation<Bug>,
  checker: Checker,
) {
  const words: Record<string, number> = {}
  const wrong: string[] = []
  const count = histories(1_000)
  for (let seed = 0; seed < count; seed++) {
    const { journal, shown } = simulate(bug, seeded(seed).fork(bug))
    const { word } = checker.check(journal)
    words[word] = (words[word] ?? 0) + 1
    if (shown ? word !== 'invalid' : word === 'invalid') wrong.push(`seed ${seed}: ${word}`)
  }
  return { wrong, words, share: (words.invalid ?? 0) / count }
}

function hold<Bug extends string>(
  bugs: readonly Bug[],
  simulate: Simulation<Bug>,
  checker: Checker,
) {
  test(
    'without a bug is never invalid, and mostly valid',
    () => {
      const { wrong, words } = compared('none', simulate, checker)
      expect(wrong).toEqual([])
      expect(words.valid).toBeGreaterThan(histories(1_000) / 2)
    },
    patienceMs(30_000),
  )
  test.each(bugs)(
    'that %s is invalid whenever it shows, and never else',
    bug => {
      const { wrong, share } = compared(bug, simulate, checker)
      expect(wrong).toEqual([])
      expect(share, 'how often it showed').toBeGreaterThan(0.1)
    },
    patienceMs(30_000),
  )
}

describe('a queue', () => {
  hold(queueBugs, simulatedQueue, jobsAccounted(w, { poison }))
})
describe('a breaker', () => {
  hold(breakerBugs, simulatedBreaker, breaker({ name: 'redis', guards }))
})
describe('a client that retries', () => {
  hold(retryBugs, simulatedRetries, attemptsPerRequest(w, { atMost }))
})
describe('an alert', () => {
  hold(alertBugs, simulatedAlert, alertFires(alertBounds))
})
describe('an outbox', () => {
  hold(outboxBugs, simulatedOutbox, noGapsNoDuplicates(w))
})
