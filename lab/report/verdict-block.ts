import type { Conclusion, JudgedCheck, Reason } from '../verdict/conclusion.ts'
import { line, piece } from './live-line.ts'
import { repeatCommand } from './repeat-command.ts'
import { headline, inSeconds, lieWords, proofWords } from './wording.ts'

const looks = {
  held: ['white', 'bgGreen', 'bold'],
  broken: ['white', 'bgRed', 'bold'],
  inconclusive: ['black', 'bgYellow', 'bold'],
  'not-restored': ['white', 'bgMagenta', 'bold'],
  error: ['white', 'bgRed', 'bold'],
} as const

const marks = { valid: ['✓', 'green'], invalid: ['✗', 'red'], unknown: ['?', 'yellow'] } as const

/** The last words of a run: verdict, each check with its reason, and where to read on. */
export function verdictBlock(
  conclusion: Conclusion,
  runFolder: string,
  colors: boolean,
  page = 'report.html',
): string {
  const { verdict, checks, reasons, exitCode } = conclusion
  const told = (reason: string) =>
    Object.entries(checks).some(([name, { story }]) => reason === `check ${name}: ${story}`)
  const width = Math.max(0, ...Object.keys(checks).map(name => name.length))
  const others = reasons.filter(reason => !told(reason.text))
  const rows = [
    [],
    [piece(` ${verdict} `, [...looks[verdict]]), piece(`  ${headline(conclusion)}`, 'bold')],
    [],
    ...others.flatMap(reasonRows),
    ...Object.entries(checks).flatMap(([name, check]) => checkRows(name.padEnd(width), check)),
    [],
    [piece('  report   ', 'dim'), piece(`${runFolder}/${page}`)],
    [piece('  proof    ', 'dim'), piece(proofWords(conclusion))],
    [piece('  again    ', 'dim'), piece(repeatCommand(conclusion))],
    [piece('  exit     ', 'dim'), piece(`${exitCode}`)],
    [],
  ]
  return rows.map(pieces => line(pieces, Number.POSITIVE_INFINITY, colors)).join('\n')
}

function reasonRows({ word, text, next }: Reason) {
  const row = [piece(`  ${word}: `, 'bold'), piece(indented(text))]
  return next === undefined ? [row] : [row, [piece(`    next: ${next}`, 'dim')]]
}

function checkRows(name: string, { word, story, witness, lies }: JudgedCheck) {
  const [mark, style] = marks[word]
  const planted = lies ? ` (${lieWords(lies)})` : ''
  const row = [
    piece(`  ${mark} `, style),
    piece(`${name}  `, 'bold'),
    piece(story),
    piece(planted, 'dim'),
  ]
  if (!witness) return [row]
  const seen = `    ${' '.repeat(name.length)}  ${inSeconds(witness.atMs)}: ${witness.what}`
  return [row, [piece(seen, 'dim')]]
}

const indented = (text: string) => text.replace(/\n/g, '\n    ')
