import { z } from 'zod'
import type { Board, Query } from '../panel.ts'
import { withWindow } from '../panel.ts'

/** One query of a panel, and how many series it draws. */
export interface Drawn {
  readonly panel: string
  readonly expr: string
  readonly series: number
}

export interface Stretch {
  readonly url: string
  readonly fromMs: number
  readonly toMs: number
}

const matrix = z.object({
  data: z.object({
    result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })),
  }),
})

/** Runs every query of every panel against a Prometheus, over a stretch of time. */
export async function askPanels(
  boards: readonly Board[],
  stretch: Stretch,
): Promise<readonly Drawn[]> {
  const asked = boards.flatMap(({ name, panels }) =>
    panels.flatMap(({ id, queries }) => queries.map(query => ({ panel: `${name}/${id}`, query }))),
  )
  const drawn: Drawn[] = []
  for (const { panel, query } of asked) {
    drawn.push({ panel, expr: query.expr, series: await seriesOf(query, stretch) })
  }
  return drawn
}

/** Series with a number in them: one that is never more than NaN draws nothing. */
async function seriesOf(query: Query, { url, fromMs, toMs }: Stretch): Promise<number> {
  const asked = new URL('/api/v1/query_range', url)
  asked.search = new URLSearchParams({
    query: withWindow(query, '5s'),
    start: `${fromMs / 1000}`,
    end: `${toMs / 1000}`,
    step: '1',
  }).toString()
  const answer = await fetch(asked, { signal: AbortSignal.timeout(10_000) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Prometheus answers ${answer.status} to ${query.expr}: ${text}`)
  const { data } = matrix.parse(JSON.parse(text))
  return data.result.filter(({ values }) => values.some(([, value]) => value !== 'NaN')).length
}
