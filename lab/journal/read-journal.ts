import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import type { Json } from '../base/json.ts'
import { readOwnLines } from '../base/own-file.ts'
import { parseJson } from '../base/parse-json.ts'
import { runtimes } from '../base/runtime.ts'
import { crewFields } from './crew.ts'
import { type Entry, endings, type Journal, phases } from './journal.ts'
import { planEntry } from './plan.ts'
import { sampleFields } from './sample.ts'
import { wireFields } from './wire-fields.ts'

/** It comes from `JSON.parse`, so it needs no look of its own, which would take longest of all. */
const json = z.custom<Json>(value => value !== undefined)
const texts = z.record(z.string(), z.string())
const count = z.number().nonnegative()
const failure = {
  error: z.string(),
  ended: z.enum(endings),
  status: z.number().exactOptional(),
  code: z.string().exactOptional(),
  retryAfterMs: z.number().exactOptional(),
}
const outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ok'), value: json }),
  z.object({ kind: z.literal('fail'), ...failure }),
  z.object({ kind: z.literal('info'), ...failure }),
])
const phase = z.enum(phases)

const common = {
  index: z.int().nonnegative(),
  atMs: z.number(),
  source: z.string(),
  sourceAtMs: z.number().exactOptional(),
}
const operation = {
  workload: z.string(),
  op: z.int().nonnegative(),
  client: z.int().nonnegative(),
  f: z.string(),
}
const kinds = z.discriminatedUnion('kind', [
  z.object({
    ...common,
    kind: z.literal('run'),
    experiment: z.string(),
    asked: z.string().exactOptional(),
    title: z.string(),
    runId: z.string(),
    seed: z.int(),
    startedAt: z.string(),
    defencesOff: z.array(z.string()),
    faultsOff: z.boolean(),
    planted: z.array(z.string()),
    proxy: z.enum(['embedded', 'toxiproxy']),
    runtime: z.enum(runtimes).exactOptional(),
    commandMs: count.exactOptional(),
    plan: planEntry,
    versions: texts,
  }),
  z.object({
    ...common,
    kind: z.literal('system'),
    description: texts,
    links: z.array(z.string()),
  }),
  z.object({ ...common, kind: z.literal('phase'), phase }),
  z.object({
    ...common,
    ...operation,
    kind: z.literal('invoke'),
    key: z.string().exactOptional(),
    input: json,
    intendedMs: z.number(),
  }),
  z.object({
    ...common,
    ...operation,
    kind: z.literal('complete'),
    outcome,
    latencyMs: z.number(),
  }),
  z.object({
    ...common,
    kind: z.literal('traffic'),
    workload: z.string(),
    step: z.enum(['began', 'ended']),
    why: z.enum(['stopped', 'done']).exactOptional(),
  }),
  z.object({
    ...common,
    kind: z.literal('observed'),
    workload: z.string(),
    client: z.int(),
    what: z.string(),
    value: json,
  }),
  z.object({
    ...common,
    kind: z.literal('fault'),
    step: z.enum(['planned', 'applied', 'healed', 'landed']),
    id: z.int(),
    strike: z.string(),
    fault: z.string(),
    label: z.string(),
    touches: z.array(z.string()),
    mayEnd: z.array(z.string()).exactOptional(),
    landed: z.number().exactOptional(),
    landedOn: z.record(z.string(), z.number()).exactOptional(),
    error: z.string().exactOptional(),
  }),
  z.object({
    ...common,
    kind: z.literal('probe'),
    hypothesis: z.string(),
    when: z.enum(['before', 'during', 'after', 'rolled-back']),
    value: json,
    held: z.boolean(),
    expected: z.string(),
    tooFew: z.literal(true).exactOptional(),
    window: z
      .object({ fromMs: z.number(), toMs: z.number(), samples: count, lateMs: count })
      .exactOptional(),
    sees: z.string().exactOptional(),
  }),
  z.object({
    ...common,
    kind: z.literal('alerts'),
    active: z.array(
      z.object({ name: z.string(), state: z.enum(['pending', 'firing']), labels: texts }),
    ),
  }),
  z.object({
    ...common,
    kind: z.literal('preflight'),
    link: z.string(),
    passed: z.boolean(),
    detail: z.string(),
  }),
  z.object({
    ...common,
    kind: z.literal('wire'),
    link: z.string(),
    ...wireFields,
  }),
  z.object({
    ...common,
    kind: z.literal('wire-count'),
    link: z.string(),
    counts: z.record(z.string(), z.number()),
  }),
  z.object({
    ...common,
    kind: z.literal('process'),
    process: z.string(),
    step: z.enum(['spawned', 'ready', 'paused', 'resumed', 'exited']),
    asked: z.boolean(),
    pid: z.int(),
    code: z.int().exactOptional(),
    signal: z.string().exactOptional(),
    log: z.string().exactOptional(),
  }),
  z.object({
    ...common,
    kind: z.literal('resources'),
    of: z.string(),
    figures: z.record(z.string(), z.number()),
  }),
  z.object({ ...common, kind: z.literal('stall'), stalledMs: count }),
  z.object({
    ...common,
    kind: z.literal('service'),
    instance: z.string(),
    event: z.string(),
    detail: json,
  }),
  z.object({
    ...common,
    kind: z.literal('clock'),
    of: z.string(),
    offsetMs: z.number(),
    toleranceMs: count,
  }),
  z.object({
    ...common,
    kind: z.literal('abort'),
    reason: z.string(),
    signal: z.string().exactOptional(),
  }),
  z.object({
    ...common,
    kind: z.literal('error'),
    message: z.string(),
    stack: z.string().exactOptional(),
    verdict: z.enum(['not-restored', 'unable']).exactOptional(),
  }),
  z.object({ ...common, kind: z.literal('note'), text: z.string() }),
  z.object({ ...common, kind: z.literal('crew'), ...crewFields }),
  z.object({ ...common, kind: z.literal('sample'), ...sampleFields }),
  z.object({ ...common, kind: z.literal('overflow'), dropped: count, why: z.string() }),
])

/** A journal has a line for whatever happened: a million of them are looked at within a second. */
const entry = z.compile(kinds)

/** More than the recorder ever writes, and less than the longest text there can be. */
const maxBytes = 400 * 2 ** 20

/**
 * A saved journal, each line checked as it is read.
 * @throws {LabError} `journal-broken`, naming file and line.
 */
export async function readJournal(file: string): Promise<Journal> {
  const entries: Entry[] = []
  for await (const lines of readOwnLines(file, maxBytes)) {
    for (const line of lines) entries.push(parseLine(file, line, entries.length))
  }
  return entries
}

function parseLine(file: string, line: string, index: number): Entry {
  const parsed = parseEntry(line)
  if ('problem' in parsed) throw broken(file, index, parsed.problem)
  if (parsed.entry.index !== index) {
    throw broken(file, index, `entry number ${parsed.entry.index} where ${index} is due`)
  }
  return parsed.entry
}

/** One line of a journal, or why it is none. */
export function parseEntry(line: string): { readonly entry: Entry } | { readonly problem: string } {
  const parsed = entry.safeParse(parseJson(line))
  return parsed.success ? { entry: parsed.data } : { problem: problemOf(parsed.error) }
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues
  const field = issue?.path.join('.') || 'the line'
  return `${field}: ${issue?.message ?? 'not understood'}`
}

function broken(file: string, index: number, found: string): LabError {
  return new LabError({
    code: 'journal-broken',
    expected: `a journal entry at ${file}:${index + 1}`,
    found,
    why: 'A journal that was cut or changed can no longer prove anything.',
    next: 'Run the experiment again, or restore the file from where it was copied.',
  })
}
