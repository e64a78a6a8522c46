import { printable } from '../../base/printable.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { repeatCommand } from '../repeat-command.ts'

/** An experiment that this machine could not run, and the line that brings what it lacks. */
export interface NotRun {
  readonly name: string
  readonly why: string
  /** The environment demands that everything is run. */
  readonly fails: boolean
}

const nothing: { readonly missing: readonly string[]; readonly notRun: readonly NotRun[] } = {
  missing: [],
  notRun: [],
}

/**
 * Several runs as Markdown for a CI summary: one table, then what is not green with its reasons, first
 * of all. `missing` came to no verdict.
 */
export function markdownSummary(
  conclusions: readonly Conclusion[],
  { missing, notRun }: typeof nothing = nothing,
): string {
  const held = conclusions.filter(each => each.verdict === 'held').length
  const rows = conclusions.map(
    ({ experiment, title, verdict, seed, durationMs, checks }) =>
      `| ${cell(experiment)} | ${verdict === 'held' ? '✓' : '✗'} ${verdict} ` +
      `| ${cell(title)} | ${checkCount(checks)} | ${seed} | ${(durationMs / 1000).toFixed(1)} s |`,
  )
  const took = conclusions.reduce((sum, { durationMs }) => sum + durationMs, 0)
  return [
    `## Resilience: ${held} of ${conclusions.length + missing.length} held`,
    '',
    ...missing.map(name => `- **${text(name)}** came to no verdict; see the test output.\n`),
    ...conclusions.filter(each => each.verdict !== 'held').flatMap(details),
    '| experiment | verdict | promise | checks valid | seed | took |',
    '| --- | --- | --- | ---: | ---: | ---: |',
    ...rows,
    ...notRun.map(({ name, why, fails }) => {
      return `| ${cell(name)} | ${fails ? '✗' : '–'} not run | ${cell(why)} | | | |`
    }),
    '',
    `${(took / 60_000).toFixed(1)} minutes of runs. Only *held* is green; *inconclusive* could not answer its question.`,
    '',
  ].join('\n')
}

/** Rows of text as a Markdown table; the first is its head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows.map(row => `| ${row.map(cell).join(' | ')} |`)
  return [head, `|${' --- |'.repeat(rows[0]?.length ?? 0)}`, ...body].join('\n')
}

function details(conclusion: Conclusion): readonly string[] {
  const witnesses = Object.entries(conclusion.checks).flatMap(([name, { witness }]) =>
    witness ? [`- witness of ${text(name)}: ${text(witness.what)}`] : [],
  )
  return [
    `### ${text(conclusion.experiment)}: ${conclusion.verdict}`,
    '',
    text(conclusion.title),
    '',
    ...conclusion.reasons.map(reason => `- **${reason.word}**: ${text(reason.text)}`),
    ...witnesses,
    '',
    '```sh',
    repeatCommand(conclusion),
    '```',
    '',
  ]
}

function checkCount(checks: Conclusion['checks']): string {
  const all = Object.values(checks)
  return `${all.filter(check => check.word === 'valid').length} / ${all.length}`
}

/** One line, and no markup of its own. */
function text(said: string): string {
  return printable(said)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_<>[\]#|]/g, character => `\\${character}`)
}

const cell = text
