import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const lab = join(import.meta.dirname, '..')
const rooms = '{cli,report,vitest,run,proof,scenarios,verdict,checkers,admission,ledger}/**/*.ts'

/** Lines that write to a terminal by themselves. */
function writesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .filter(line => /\b(stdout|stderr|stream)\??\.write\(|\bconsole\.\w+\(/.test(line))
    .map(line => line.trim())
}

test('all that people read is printed by base/print.ts, which makes it printable', async () => {
  const found: string[] = []
  let files = 0
  for await (const path of glob(rooms, { cwd: lab })) {
    if (path.endsWith('.test.ts')) continue
    files++
    const writes = writesOf(await readFile(join(lab, path), 'utf8'))
    found.push(...writes.map(line => `${path}: ${line}`))
  }
  expect(files).toBeGreaterThan(80)
  expect(found).toEqual([])
})

test('control: lines that write past it are found, and others are not', () => {
  const text = [
    'process.stdout.write(text)',
    '  stream.write(`x`)',
    "console.error('x')",
    'print(process.stdout, text)',
    'child.stdin.write(text)',
  ]
  expect(writesOf(text.join('\n'))).toEqual([
    'process.stdout.write(text)',
    'stream.write(`x`)',
    "console.error('x')",
  ])
})
