import type { Conclusion, JudgedCheck } from '../verdict/conclusion.ts'
import { line, piece } from './live-line.ts'
import { repeatCommand } from './repeat-command.ts'
import { inSeconds } from './wording.ts'

const looks = {
  held: ['white', 'bgGreen', 'bold'],
  broken: ['white', 'bgRed', 'bold'],
  inconclusive: ['black', 'bgYellow', 'bold'],
  'not-restored': ['white', 'bgMagenta', 'bold'],
  error: ['white', 'bgRed', 'bold'],
} as const

const marks = { valid: ['✓', 'green'], invalid: ['✗', 'red'], unknown: ['?', 'yellow'] } as const

/** The last words of a run: verdict, each check with its reason, and where to read on. */
export function verdictBlock(conclusion: Conclusion, runFolder: string, colors: boolean): string {
  const { verdict, title, checks, reasons, exitCode } = conclusion
  const told = (reason: string) =>
    Object.entries(checks).some(([name, { story }]) => reason === `check ${name}: ${story}`)
  const width = Math.max(0, ...Object.keys(checks).map(name => name.length))
  const others = reasons.filter(reason => !told(reason.text))
  const rows = [
    [],
    [piece(` ${verdict} `, [...looks[verdict]]), piece(`  ${title}`, 'bold')],
    [],
    ...others.map(({ word, text }) => [piece(`  ${word}: `, 'bold'), piece(indented(text))]),
    ...Object.entries(checks).flatMap(([name, check]) => checkRows(name.padEnd(width), check)),
    [],
    [piece('  report   ', 'dim'), piece(`${runFolder}/report.html`)],
    [piece('  again    ', 'dim'), piece(repeatCommand(conclusion))],
    [piece('  exit     ', 'dim'), piece(`${exitCode}`)],
    [],
  ]
  return rows.map(pieces => line(pieces, Number.POSITIVE_INFINITY, colors)).join('\n')
}

function checkRows(name: string, { word, story, witness }: JudgedCheck) {
  const [mark, style] = marks[word]
  const row = [piece(`  ${mark} `, style), piece(`${name}  `, 'bold'), piece(story)]
  if (!witness) return [row]
  const seen = `    ${' '.repeat(name.length)}  ${inSeconds(witness.atMs)}: ${witness.what}`
  return [row, [piece(seen, 'dim')]]
}

const indented = (text: string) => text.replace(/\n/g, '\n    ')
