import { keyValue } from '../../lab/checkers/linearizability/models/key-value.ts'
import { linearizable } from '../../lab/checkers/linearizable.ts'
import { isolation } from '../../lab/checkers/list-append.ts'
import type { Journal } from '../../lab/journal/journal.ts'
import type { Checker } from '../../lab/model/checker.ts'
import { generate, journalOf } from './histories.ts'
import { bugs, keys, listAppends, transactions } from './transactions.ts'

/** A history that is judged in a process of its own, so that its memory is what the check needs. */
interface Alone {
  readonly name: string
  readonly title: string
  readonly word: 'valid' | 'invalid'
  readonly seconds: number
  readonly check: Checker
  readonly journals: () => readonly Journal[]
}

const workload = { name: 't' }
const late = transactions * 0.9
const one = { keys: 1, clients: 5, appends: false, broken: false }

const appends = bugs.flatMap(bug =>
  (bug === 'none' ? [0] : [0, late]).map((from): Alone => {
    const wrong = bug === 'none' ? 'a right store' : `${bug}, from transaction ${from}`
    return {
      name: `appends-${bug}-${from}`,
      title: `${transactions} transactions over ${keys} lists: ${wrong}`,
      word: bug === 'none' ? 'valid' : 'invalid',
      seconds: 3,
      check: isolation(workload, { level: 'serializable' }),
      journals: () => [listAppends(bug, from)],
    }
  }),
)

/** Seconds of the processor that each may take are the goals. */
export const alone: readonly Alone[] = [
  ...appends,
  {
    name: 'one-key',
    title: 'a key-value store, 20,000 operations on 1 key',
    word: 'valid',
    seconds: 10,
    check: linearizable({ name: 'bench' }, keyValue()),
    journals: () => [journalOf(generate({ ...one, name: 'one', title: '', operations: 20_000 }))],
  },
  {
    name: 'hundred-logs',
    title: '100 register logs of 170 operations',
    word: 'valid',
    seconds: 3,
    check: linearizable({ name: 'bench' }, keyValue()),
    journals: () =>
      Array.from({ length: 100 }, (_, n) =>
        journalOf(generate({ ...one, name: `log-${n}`, title: '', operations: 170 })),
      ),
  },
]

/** `node alone.ts NAME`: judges it, and prints what that took. */
if (import.meta.main) {
  const [, , name] = process.argv
  const chosen = alone.find(each => each.name === name)
  if (!chosen) throw new Error(`expected one of ${alone.map(each => each.name).join(', ')}`)
  const journals = chosen.journals()
  const before = process.cpuUsage()
  const words = journals.map(journal => chosen.check.check(journal).word)
  const { user, system } = process.cpuUsage(before)
  const wrong = words.find(word => word !== chosen.word)
  if (wrong) throw new Error(`${chosen.name}: expected ${chosen.word}, found ${wrong}`)
  const peakMb = process.resourceUsage().maxRSS / 1_024
  console.log(JSON.stringify({ word: chosen.word, seconds: (user + system) / 1e6, peakMb }))
}
