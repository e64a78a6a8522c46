import { z } from 'zod'
import type { Json } from '../../base/json.ts'
import { HistoryError, type OperationEvent } from './operation-events.ts'
import { EdnError, readEdn } from './read-edn.ts'

export type Format = 'json' | 'edn' | 'log'

const types = ['invoke', 'ok', 'fail', 'info'] as const
const operation = z.object({
  process: z.union([z.number(), z.string()]).transform(String),
  type: z.enum(types),
  f: z.string(),
  value: z.json().default(null),
  key: z.union([z.string(), z.number()]).transform(String).optional(),
  index: z.number().optional(),
  /** In nanoseconds. */
  time: z.number().optional(),
})

const logged = /\bjepsen\.util(?:\s+-|:)\s+(\S+)\s+:(invoke|ok|fail|info)\s+:(\S+)\s*(.*)$/
const otherLogger = /\b(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\b/

/**
 * The operations of a history from elsewhere: lines of JSON or maps of EDN with process, type, f and
 * value, also as one vector, or the lines that Jepsen logs. Other loggers' lines are skipped.
 * @throws {HistoryError} naming the line that is none.
 */
export function parseHistory(text: string): {
  readonly format: Format
  readonly events: readonly OperationEvent[]
} {
  const format = formatOf(text)
  const events = [...(format === 'log' ? fromLog(text) : fromMaps(text, format))]
  const isIndexed = events.every(({ index }) => index !== undefined)
  if (isIndexed) events.sort((a, b) => (a.index ?? 0) - (b.index ?? 0))
  return { format, events }
}

function formatOf(text: string): Format {
  const line = text.split('\n').find(each => each.trim() !== '') ?? ''
  if (isJson(line)) return 'json'
  return /^\s*[{[(;#]/.test(line) ? 'edn' : 'log'
}

function isJson(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    return false
  }
}

function* fromMaps(text: string, format: 'json' | 'edn'): Generator<OperationEvent> {
  for (const { value, line } of format === 'edn' ? edn(text) : jsonLines(text)) {
    for (const each of Array.isArray(value) ? value : [value]) yield eventOf(each, line)
  }
}

function* edn(text: string) {
  try {
    yield* readEdn(text)
  } catch (error) {
    throw error instanceof EdnError ? new HistoryError(error.message, error.line) : error
  }
}

function* jsonLines(text: string): Generator<{ value: Json; line: number }> {
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    try {
      yield { value: JSON.parse(line), line: i + 1 }
    } catch {
      throw new HistoryError('what is no JSON', i + 1)
    }
  }
}

function eventOf(value: Json, line: number): OperationEvent {
  const parsed = operation.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new HistoryError(`${issue?.path.join('.') || 'no map'}: ${issue?.message}`, line)
  }
  const { process, type, f, value: result, key, index, time } = parsed.data
  return {
    process,
    type,
    f,
    value: result,
    line,
    ...(key === undefined ? {} : { key }),
    ...(index === undefined ? {} : { index }),
    ...(time === undefined ? {} : { timeMs: time / 1e6 }),
  }
}

function* fromLog(text: string): Generator<OperationEvent> {
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [, process = '', type, f = '', rest = ''] = logged.exec(line) ?? []
    if (type === undefined) {
      if (otherLogger.test(line) && !line.includes('jepsen.util')) continue
      throw new HistoryError(`a line that is no operation: ${line.slice(0, 80)}`, i + 1)
    }
    const value = firstValue(rest, i + 1)
    yield eventOf({ process: process.replace(/^:/, ''), type, f, value }, i + 1)
  }
}

/** What comes after the value is the error's text, in no form. */
function firstValue(rest: string, line: number): Json {
  try {
    for (const { value } of readEdn(rest)) return value
    return null
  } catch {
    throw new HistoryError(`a value that is none: ${rest.slice(0, 80)}`, line)
  }
}
