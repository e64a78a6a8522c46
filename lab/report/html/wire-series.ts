import type { Entry, Journal } from '../../journal/journal.ts'
import { messagesOf, totalOf } from '../../journal/wire-counters.ts'
import { bucketLength } from './traffic-series.ts'

/** What passed a link: totals, and connects and requests and errors over time. */
export interface WireSeries {
  readonly link: string
  readonly bucketMs: number
  readonly connects: readonly number[]
  readonly requests: readonly number[]
  readonly errors: readonly number[]
  /** Errors by their code. */
  readonly codes: Readonly<Record<string, number>>
  readonly bytes: number
}

type Kind = 'connects' | 'requests' | 'errors'

/**
 * One series per link, most traffic first. A link may tell single events, counters or both; where
 * it tells both, each bucket believes the greater, since they count the same thing.
 */
export function wireSeries(
  journal: Journal,
  { endMs, shownMs }: { readonly endMs: number; readonly shownMs: number },
): readonly WireSeries[] {
  const links = new Map<string, Link>()
  const bucketMs = bucketLength(shownMs)
  const size = Math.floor(endMs / bucketMs) + 1
  for (const entry of journal) {
    if (entry.kind !== 'wire' && entry.kind !== 'wire-count') continue
    const link = links.get(entry.link) ?? new Link(size)
    links.set(entry.link, link)
    link.take(entry, Math.min(size - 1, Math.floor(entry.atMs / bucketMs)))
  }
  const series = [...links].map(([name, link]) => ({ link: name, bucketMs, ...link.series() }))
  return series.toSorted((a, b) => sum(b.requests) - sum(a.requests) || b.bytes - a.bytes)
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

/** Collects one link. */
class Link {
  readonly #events: Record<Kind, number[]>
  readonly #counted: Record<Kind, number[]>
  readonly #codes: Record<string, number> = {}
  readonly #countedCodes: Record<string, number> = {}
  #bytes = 0

  constructor(size: number) {
    this.#events = zeros(size)
    this.#counted = zeros(size)
  }

  take(entry: Extract<Entry, { readonly kind: 'wire' | 'wire-count' }>, bucket: number): void {
    if (entry.kind === 'wire-count') {
      const errors = messagesOf(entry.counts, 'error')
      const { connects = 0, refused = 0 } = entry.counts
      add(this.#counted.connects, bucket, connects)
      add(this.#counted.requests, bucket, totalOf(messagesOf(entry.counts, 'request')))
      add(this.#counted.errors, bucket, refused + totalOf(errors))
      for (const [code, count] of Object.entries({ ...errors, refused })) {
        this.#countedCodes[code] = (this.#countedCodes[code] ?? 0) + count
      }
      this.#bytes += (entry.counts.bytesUp ?? 0) + (entry.counts.bytesDown ?? 0)
      return
    }
    if (entry.what === 'connect') add(this.#events.connects, bucket, 1)
    if (entry.what === 'request') add(this.#events.requests, bucket, 1)
    if (entry.error === undefined && entry.what !== 'refused') return
    add(this.#events.errors, bucket, 1)
    const code = entry.error ?? 'refused'
    this.#codes[code] = (this.#codes[code] ?? 0) + 1
  }

  series(): Omit<WireSeries, 'link' | 'bucketMs'> {
    const greater = (kind: Kind) =>
      this.#events[kind].map((each, i) => Math.max(each, this.#counted[kind][i] ?? 0))
    return {
      connects: greater('connects'),
      requests: greater('requests'),
      errors: greater('errors'),
      codes: this.#greaterCodes(),
      bytes: this.#bytes,
    }
  }

  #greaterCodes(): Readonly<Record<string, number>> {
    const names = new Set([...Object.keys(this.#codes), ...Object.keys(this.#countedCodes)])
    const greater = [...names].map(name => {
      return [name, Math.max(this.#codes[name] ?? 0, this.#countedCodes[name] ?? 0)] as const
    })
    return Object.fromEntries(greater.filter(([, count]) => count > 0))
  }
}

function zeros(size: number): Record<Kind, number[]> {
  const row = () => new Array<number>(size).fill(0)
  return { connects: row(), requests: row(), errors: row() }
}

function add(row: number[], bucket: number, by: number): void {
  row[bucket] = (row[bucket] ?? 0) + by
}
