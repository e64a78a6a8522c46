import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Journal } from '../../lab/journal/journal.ts'
import { readJournal } from '../../lab/journal/read-journal.ts'

/** `checked`: a check of the experiment demands it. `seen`: it fired and was resolved besides. */
export const seenAlerts = z.record(z.string(), z.record(z.string(), z.enum(['checked', 'seen'])))
export type SeenAlerts = z.infer<typeof seenAlerts>

const verdict = z.object({ verdict: z.string(), experiment: z.string(), faultsOff: z.boolean() })

/** What the runs kept here have shown, added to what is known; only runs that were held show anything. */
export async function seenIn(root: string, known: SeenAlerts): Promise<SeenAlerts> {
  const found: Record<string, Record<string, 'checked' | 'seen'>> = structuredClone(known)
  for await (const file of glob('runs/*/*/verdict.json', { cwd: root })) {
    const run = verdict.parse(JSON.parse(await readFile(join(root, file), 'utf8')))
    if (run.verdict !== 'held' || run.faultsOff) continue
    const journal = await readJournal(join(root, file, '../journal.jsonl'))
    for (const name of resolvedIn(journal)) {
      const before = found[name]?.[run.experiment]
      const how = before === 'checked' || isChecked(journal, name) ? 'checked' : 'seen'
      found[name] = { ...found[name], [run.experiment]: how }
    }
  }
  return sorted(found, each => sorted(each, word => word))
}

/** Alerts that fired since the first fault and were at rest in the end. */
function resolvedIn(journal: Journal): readonly string[] {
  const looks = journal.flatMap(entry => (entry.kind === 'alerts' ? [entry] : []))
  const fired = looks.flatMap(({ active }) =>
    active.flatMap(({ name, state }) => (state === 'firing' ? [name] : [])),
  )
  const last = looks.at(-1)?.active.map(({ name }) => name) ?? []
  return [...new Set(fired)].filter(name => !last.includes(name))
}

function isChecked(journal: Journal, alert: string): boolean {
  return journal.some(
    entry =>
      entry.kind === 'run' &&
      Object.values(entry.plan.checks).some(name => name.startsWith(`alert ${alert} fires`)),
  )
}

function sorted<In, Out>(
  record: Readonly<Record<string, In>>,
  of: (value: In) => Out,
): Record<string, Out> {
  const entries = Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, value]) => [key, of(value)]))
}
