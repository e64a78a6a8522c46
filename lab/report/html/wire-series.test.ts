import { expect, test } from 'vitest'
import type { Entry, Event } from '../../journal/journal.ts'
import { sum, wireSeries } from './wire-series.ts'

const span = { endMs: 2_000, shownMs: 2_000 }

function seriesOf(events: readonly Event[]) {
  const journal = events.map((event, index): Entry => {
    return { ...event, index, atMs: 100 * index, source: 'proxy' }
  })
  const [first] = wireSeries(journal, span)
  if (!first) throw new Error('no link')
  return { ...first, requests: sum(first.requests), errors: sum(first.errors) }
}

const link = 'shop-1>postgres'

test('requests and errors of a link are read from the counters of each kind of message', () => {
  const counts = { connects: 1, refused: 1, bytesUp: 10, bytesDown: 20, 'request:COMMIT': 5 }
  const more = { 'request:SELECT': 2, 'error:40001': 3, 'response:COMMIT': 5 }
  const series = seriesOf([{ kind: 'wire-count', link, counts: { ...counts, ...more } }])
  expect(series).toMatchObject({ link, requests: 7, errors: 4, bytes: 30 })
  expect(series.codes).toEqual({ '40001': 3, refused: 1 })
})

test('what is told both as an event and in a counter counts once', () => {
  const message = { kind: 'wire', link, connection: 1 } as const
  const series = seriesOf([
    { ...message, what: 'request', message: 'COMMIT' },
    { ...message, what: 'response', error: '40001' },
    { kind: 'wire-count', link, counts: { 'request:COMMIT': 1, 'error:40001': 1 } },
  ])
  expect(series.codes).toEqual({ '40001': 1 })
})
