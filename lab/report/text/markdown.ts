import { printable } from '../../base/printable.ts'
import type { Conclusion } from '../../verdict/conclusion.ts'
import { repeatCommand } from '../repeat-command.ts'

/**
 * Several runs as Markdown for a CI summary: one table, then what is not green with its reasons.
 * `missing` came to no verdict.
 */
export function markdownSummary(
  conclusions: readonly Conclusion[],
  missing: readonly string[] = [],
): string {
  const held = conclusions.filter(each => each.verdict === 'held').length
  const rows = conclusions.map(
    ({ experiment, verdict, seed, durationMs, checks }) =>
      `| ${cell(experiment)} | ${verdict === 'held' ? '✓' : '✗'} ${verdict} ` +
      `| ${checkCount(checks)} | ${seed} | ${(durationMs / 1000).toFixed(1)} s |`,
  )
  return [
    `## Resilience: ${held} of ${conclusions.length} held`,
    '',
    '| experiment | verdict | checks valid | seed | took |',
    '| --- | --- | ---: | ---: | ---: |',
    ...rows,
    '',
    ...conclusions.filter(each => each.verdict !== 'held').flatMap(details),
    ...missing.map(name => `- **${text(name)}** came to no verdict; see the test output.\n`),
  ].join('\n')
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
