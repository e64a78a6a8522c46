import { z } from 'zod'
import type { Json } from '../base/json.ts'
import type { Failure, Outcome } from '../journal/journal.ts'
import type { HttpAnswer } from './http.ts'

/** RFC 9457, with the members `code` and `outcome` that services add to say what became of a request. */
const problem = z.object({
  type: z.string().optional(),
  title: z.string().optional(),
  code: z.string().optional(),
  outcome: z.enum(['not-done', 'unknown']).optional(),
})

/**
 * What an answer means. 2xx: ok, with what `value` makes of its body (JSON where it says so, else
 * text); a body that is not as expected is `untyped`. Else `fail` where the request was surely not
 * done, and `info` where it may have been, in this order:
 * - a problem says so by `outcome`: `not-done` or `unknown`;
 * - 4xx was not done, but for 408, and for 409 to an Idempotency-Key (the first is still under way);
 * - 501, and any 5xx with Retry-After, was not done;
 * - any other may have been.
 * `ended` is `refused` for a problem, a 4xx and whatever has a Retry-After; `untyped` for the rest.
 */
export function httpOutcome(answer: HttpAnswer, value: (body: unknown) => Json): Outcome {
  const { status, headers } = answer
  const body = bodyOf(answer)
  if (status >= 200 && status < 300) return okOutcome(status, body, value)
  const told = /json/.test(headers['content-type'] ?? '') ? problem.safeParse(body).data : undefined
  const code = told?.code ?? (told?.type === 'about:blank' ? undefined : told?.type)
  const retryAfterMs = retryAfter(answer)
  const word = code ?? told?.title
  const typed = word !== undefined || told?.outcome !== undefined
  const failure: Failure = {
    ended: typed || isRefusal(status) || retryAfterMs !== undefined ? 'refused' : 'untyped',
    error: typed || isRefusal(status) ? `refused: ${word ?? status}` : `${status}`,
    status,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  }
  const notDone = told?.outcome ? told.outcome === 'not-done' : wasNotDone(answer, retryAfterMs)
  return { kind: notDone ? 'fail' : 'info', ...failure }
}

function okOutcome(status: number, body: unknown, value: (body: unknown) => Json): Outcome {
  try {
    return { kind: 'ok', value: value(body) }
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error
    const text = `${status} with a body that is not as expected: ${z.prettifyError(error)}`
    return { kind: 'info', ended: 'untyped', status, error: text }
  }
}

/** JSON where the answer says so and it is; else the text. */
function bodyOf({ headers, text }: HttpAnswer): unknown {
  if (!/json/.test(headers['content-type'] ?? '')) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const isRefusal = (status: number) => status >= 400 && status < 500 && status !== 408

function wasNotDone({ status, request }: HttpAnswer, retryAfterMs: number | undefined): boolean {
  if (status === 409 && request.idempotencyKey !== undefined) return false
  return isRefusal(status) || status === 501 || (status >= 500 && retryAfterMs !== undefined)
}

/** Seconds, or a date, which is compared with the answer's own. */
function retryAfter({ headers }: HttpAnswer): number | undefined {
  const told = headers['retry-after']
  if (told === undefined) return undefined
  if (/^\d+$/.test(told)) return Number(told) * 1_000
  const ms = Date.parse(told) - Date.parse(headers.date ?? '')
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
