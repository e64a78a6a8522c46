import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import { type ServiceEvent, unhandledError } from '../../lab/model/service-log.ts'

/**
 * How a service writes its log. `auto` reads lines of JSON as pino, winston, bunyan, zerolog, slog and
 * structlog write them, and plain text. Or a function from a line to what checks shall know of it.
 */
export type LogFormat = 'auto' | ((line: string) => ServiceEvent | undefined)

const line = z.looseObject({
  level: z.union([z.string(), z.number()]).optional(),
  severity: z.string().optional(),
  time: z.union([z.string(), z.number()]).optional(),
  timestamp: z.union([z.string(), z.number()]).optional(),
  ts: z.union([z.string(), z.number()]).optional(),
  msg: z.string().optional(),
  message: z.string().optional(),
  event: z.string().optional(),
})

/** What runtimes write of an error that nobody caught: Node, Python, Go, the JVM, Ruby. */
const uncaught =
  /unhandled ?(promise)? ?rejection|uncaught ?exception|triggerUncaughtException|^Traceback \(most recent call last\)|^panic: |^Exception in thread|\(unhandled\)/i
const worth = /\b(error|exception|fatal|panic|warn(ing)?|critical|refused|timeout|timed out)\b/i
const worthLevels = /^(warn|warning|error|err|crit|critical|fatal|alert|emerg|panic)/i
const warning = 40
const longest = 500

/** Of a line only what tells of trouble; the rest would drown the journal. */
export function parseLogLine(text: string): ServiceEvent | undefined {
  if (uncaught.test(text))
    return { event: unhandledError, detail: { text: text.slice(0, longest) } }
  const parsed = text.startsWith('{') ? line.safeParse(parseJson(text)).data : undefined
  if (!parsed)
    return worth.test(text)
      ? { event: 'text', detail: { text: text.slice(0, longest) } }
      : undefined
  if (!isWorth(parsed.level ?? parsed.severity)) return undefined
  const said = parsed.msg ?? parsed.message ?? ''
  const detail: Json = { text: said.slice(0, longest), line: text.slice(0, longest) }
  const wallMs = wallMsOf(parsed.time ?? parsed.timestamp ?? parsed.ts)
  return { event: parsed.event ?? 'log', detail, ...(wallMs !== undefined && { wallMs }) }
}

function isWorth(level: string | number | undefined): boolean {
  return typeof level === 'number' ? level >= warning : worthLevels.test(level ?? '')
}

/** In ms since 1970, of ISO text, or of a number in seconds (zap) or in ms (pino). */
function wallMsOf(time: string | number | undefined): number | undefined {
  if (time === undefined) return undefined
  const ms = typeof time === 'string' ? Date.parse(time) : time < 1e11 ? time * 1_000 : time
  return Number.isNaN(ms) ? undefined : ms
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
