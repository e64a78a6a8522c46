import { styleText } from 'node:util'
import type { Command } from 'commander'
import { printJson, printStyled } from '../../base/print.ts'
import { printable } from '../../base/printable.ts'
import { type ListEntry, listEntries } from '../../history/list-entries.ts'
import type { Unreadable } from '../../history/past-runs.ts'
import { readHistory } from '../../history/read-history.ts'
import { table } from '../support/table.ts'

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('all experiments by family: last verdict, last proof, how long, tier')
    .option('--json', 'print it as JSON')
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      const root = process.cwd()
      const history = await readHistory(root)
      const experiments = await listEntries(root, history)
      const { unreadable } = history
      if (json) printJson(process.stdout, { experiments, unreadable })
      else printStyled(process.stdout, text(experiments, unreadable))
    })
}

const mostUnreadable = 5
const heads = ['experiment', 'tier', 'last verdict', 'proved', 'runs', 'takes', 'question']

function text(entries: readonly ListEntry[], unreadable: readonly Unreadable[]): string {
  // One table for all, so that columns stand under each other from family to family.
  const cells = [heads, ...entries.map(row)].map(each => each.map(onOneLine))
  const lines = table(cells).split('\n')
  const head = styleText('dim', `  ${lines[0]}`)
  const families = Map.groupBy(
    entries.map((entry, i) => ({ ...entry, line: lines[i + 1] ?? '' })),
    ({ family }) => family,
  )
  const groups = [...families].flatMap(([family, members]) => [
    '',
    styleText('bold', printable(family === '' ? '(no family)' : family)),
    ...members.map(({ line }) => `  ${line}`),
  ])
  const damaged = unreadable.slice(0, mostUnreadable).map(({ file, why }) => `  ${file}: ${why}`)
  const more = unreadable.length - damaged.length
  return [
    head,
    ...groups,
    '',
    `${entries.length} experiments in ${families.size} families`,
    ...(damaged.length > 0 ? ['', 'Not readable, and left out:', ...damaged.map(printable)] : []),
    ...(more > 0 ? [`  and ${more} more (--json names them all)`] : []),
  ].join('\n')
}

/** A title of several lines would end its row. */
function onOneLine(text: string): string {
  return printable(text).replaceAll('\n', ' ')
}

function row(entry: ListEntry): readonly string[] {
  if ('broken' in entry) return [entry.name, '', '', '', '', '', `broken: ${entry.broken}`]
  const { name, title, tier, last, proof, runs, durationMs } = entry
  return [
    name,
    tier,
    last ? `${last.verdict} ${day(last.at)}` : 'never run',
    proofWords(proof),
    `${runs}`,
    durationMs === undefined ? '' : `${Math.round(durationMs / 1000)} s`,
    title,
  ]
}

function proofWords({ claims, proved, provedAt }: Extract<ListEntry, { title: string }>['proof']) {
  if (provedAt !== undefined) return day(provedAt)
  return claims === 0 ? 'claims nothing' : `${proved.length} of ${claims} claims`
}

/** `2026-11-30 20:59`, as it is kept: UTC. */
function day(at: string): string {
  return at.slice(0, 16).replace('T', ' ')
}
