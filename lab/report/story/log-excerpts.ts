import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readOwnLines } from '../../base/own-file.ts'
import { parseJson } from '../../base/parse-json.ts'
import { printable } from '../../base/printable.ts'
import { withoutSecrets } from '../../base/secrets.ts'

/** What a process wrote around a moment. */
export interface LogExcerpt {
  readonly file: string
  readonly lines: readonly LogLine[]
}

export interface LogLine {
  /** In ms since the run began, by the clock of the process. */
  readonly atMs: number
  readonly text: string
}

const aroundMs = 300
const mostLines = 8
const longestLine = 280
const mostBytes = 64 * 2 ** 20

/**
 * The lines of all logs in the folder of a run that were written around these moments, those nearest to
 * one of them first where there are many. A line without a time is left out; so is a log that cannot
 * be read.
 */
export async function logExcerpts(
  runFolder: string,
  startedAt: string,
  momentsMs: readonly number[],
): Promise<readonly LogExcerpt[]> {
  const beganMs = Date.parse(startedAt)
  if (momentsMs.length === 0 || Number.isNaN(beganMs)) return []
  const files = (await readdir(runFolder)).filter(file => file.endsWith('.log')).sort()
  const excerpts: LogExcerpt[] = []
  for (const file of files) {
    const lines = await around(join(runFolder, file), beganMs, momentsMs).catch(() => [])
    if (lines.length > 0) excerpts.push({ file, lines })
  }
  return excerpts
}

async function around(file: string, beganMs: number, momentsMs: readonly number[]) {
  const near: (LogLine & { readonly offMs: number })[] = []
  for await (const lines of readOwnLines(file, mostBytes)) {
    for (const line of lines) {
      const wallMs = timeOf(line)
      if (wallMs === undefined) continue
      const atMs = wallMs - beganMs
      const offMs = Math.min(...momentsMs.map(moment => Math.abs(atMs - moment)))
      if (offMs <= aroundMs) near.push({ atMs, offMs, text: line })
    }
  }
  return near
    .toSorted((a, b) => a.offMs - b.offMs)
    .slice(0, mostLines)
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => ({ atMs, text: shown(text) }))
}

/** Of a line of JSON the message and what else it says; of another the line. */
function shown(line: string): string {
  const safe = printable(withoutSecrets(compact(line), () => '[redacted]'))
  return safe.length > longestLine ? `${safe.slice(0, longestLine)} …` : safe
}

function compact(line: string): string {
  const fields = pinoLine.safeParse(parseJson(line))
  if (!fields.success) return line
  const { level, msg = '', time: _time, instance: _instance, ...rest } = fields.data
  const word = level >= 50 ? 'error' : level >= 40 ? 'warn' : 'info'
  return `${word} ${msg} ${JSON.stringify(rest)}`
}

const pinoLine = z.looseObject({ level: z.number(), time: z.number(), msg: z.string().optional() })

/** When a line was written, in ms of the wall clock: as pino, Postgres, Redis and most others say it. */
export function timeOf(line: string): number | undefined {
  const pino = /"time":(\d{13})\b/.exec(line)?.[1]
  if (pino !== undefined) return Number(pino)
  const iso = /\b(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d[.,]\d{1,6})( ?UTC|Z)?/.exec(line)
  if (iso) return parsed(`${iso[1]}T${iso[2]?.replace(',', '.')}${iso[3] ? 'Z' : ''}`)
  const redis = /\b(\d\d? \w{3} \d{4} \d\d:\d\d:\d\d)\.(\d{3})\b/.exec(line)
  const wholeMs = redis ? parsed(redis[1] ?? '') : undefined
  return wholeMs === undefined ? undefined : wholeMs + Number(redis?.[2])
}

function parsed(text: string): number | undefined {
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
