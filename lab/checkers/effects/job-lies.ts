import type { Json } from '../../base/json.ts'
import type { Random } from '../../base/random.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Lie, Told } from '../../model/checker.ts'
import { answering, endedAs, firstThat, indicesOf, refusal, told } from '../shared/falsify.ts'
import { history, isOk, type Named, type Succeeded } from '../shared/history.ts'
import { finalReadsIn } from './final-reads.ts'

interface Names {
  readonly enqueue?: string
  readonly read?: string
  readonly states?: Readonly<Record<string, 'done' | 'dead' | 'pending'>>
}

type Row = Readonly<Record<string, Json | undefined>>

/** Ways to falsify the books of a queue. */
export function jobLies(workload: Named, names: Names): readonly Lie[] {
  const inBooks = (name: string, change: (row: Row) => readonly Json[] | undefined): Lie => {
    return { name, found: 'invalid', tell: oneRow(workload, names, change) }
  }
  return [
    inBooks('takes one accepted job out of the books', () => []),
    inBooks('lists one accepted job twice', row => [row, row]),
    inBooks('finds the effect of one job that is done not at all', row =>
      isIn('done', row, names) ? [{ ...row, effects: 0 }] : undefined,
    ),
    inBooks('takes the reason from one job that is dead', row =>
      isIn('dead', row, names) && typeof row.reason === 'string'
        ? [{ ...row, reason: null }]
        : undefined,
    ),
    inBooks('lists one job that nobody enqueued', row => [row, { ...row, id: `${row.id}~` }]),
    {
      name: 'calls one accepted job that is done refused',
      found: 'invalid',
      tell: (journal, random) => {
        const { accepted, books } = partsOf(journal, workload, names)
        const done = new Set(
          books.flatMap(rowsOf).flatMap(row => (isIn('done', row, names) ? row.id : [])),
        )
        return firstThat(random, accepted, job => {
          if (!done.has(job.key ?? '')) return undefined
          return told(endedAs(journal, [job], refusal), indicesOf([job]))
        })
      },
    },
  ]
}

function oneRow(workload: Named, names: Names, change: (row: Row) => readonly Json[] | undefined) {
  return (journal: Journal, random: Random): Told | undefined => {
    const { accepted, books } = partsOf(journal, workload, names)
    const ids = new Map(accepted.map(job => [job.key, job]))
    return firstThat(random, books, read => {
      const rows = rowsOf(read)
      return firstThat(random, rows, row => {
        const job = typeof row.id === 'string' ? ids.get(row.id) : undefined
        const others = job && change(row)
        if (!others) return undefined
        const value = rows.flatMap(each => (each === row ? others : [each]))
        return told(answering(journal, read, value), indicesOf([job, read]))
      })
    })
  }
}

function partsOf(journal: Journal, workload: Named, names: Names) {
  const all = history(journal, workload)
  const accepted = all.filter(each => each.f === (names.enqueue ?? 'enqueue')).filter(isOk)
  return { accepted, books: finalReadsIn(all, names) }
}

function rowsOf({ answer }: Succeeded): readonly Row[] {
  const { value } = answer.outcome
  return Array.isArray(value) ? value.filter(isRow) : []
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}

function isIn(wanted: 'done' | 'dead', { state }: Row, { states = {} }: Names): boolean {
  return typeof state === 'string' && (states[state] ?? state) === wanted
}
