import { z } from 'zod'
import type { ServiceEvent, ServiceLog } from '../lab/model/service-log.ts'

const warning = 40

/** Of what is no warning, only these: the rest tells of single requests and frames. */
const told: ReadonlySet<string> = new Set([
  'ready',
  'closing',
  'closed',
  'redis-ready',
  'settings-changed',
])

/** The keys of every line, and those whose values are of no use to a check. */
const line = z.looseObject({
  level: z.number(),
  time: z.number(),
  instance: z.string(),
  trace: z.unknown().optional(),
  msg: z.string().optional(),
  event: z.string().optional(),
  err: z.unknown().optional(),
})
const problem = z.object({ message: z.string(), code: z.string().optional() })
const details = z.record(z.string(), z.json())

/** The JSON lines of an instance of the shop: every warning, and what becomes of the process. */
export function serviceLog(instance: string, file: string): ServiceLog {
  return { instance, file, parse: parseServiceLine }
}

export function parseServiceLine(text: string): ServiceEvent | undefined {
  // A process that cannot start, or crashes, writes plain text.
  if (!text.startsWith('{')) return { event: 'text', detail: { text: text.slice(0, 500) } }
  const parsed = line.safeParse(parseJson(text))
  if (!parsed.success) return undefined
  const { level, time, instance: _, msg = '', err, ...rest } = parsed.data
  const { event = rest.code === undefined ? msg : 'problem', ...more } = rest
  if (level < warning && !told.has(event)) return undefined
  const error = problem.safeParse(err).data
  const detail = details.parse({ ...more, ...(msg !== event && { msg }), ...(error && { error }) })
  return { event, detail, wallMs: time }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
