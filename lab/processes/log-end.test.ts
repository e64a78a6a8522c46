import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { logEnd } from './log-end.ts'

async function logOf(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'log-end-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'server.log')
  await writeFile(file, text)
  return file
}

test('brings the error that Node ended of, though a dump of its fields is longer, and no earlier one', async () => {
  const dump = Array.from({ length: 50 }, (_, index) => `  field${index}: 7,`).join('\n')
  const end = (error: string) =>
    `${error}\n    at run (a.js:1:1) {\n${dump}\n}\n\nNode.js v24.0.0\n`
  const both = await logOf(`${end('Error: the first')}listening\n${end('Error: the second')}`)
  expect(logEnd(both)).toMatch(/^Error: the second\n {4}at run/)
  expect(logEnd(both)).not.toContain('the first')
  expect(logEnd(await logOf(`${end('Error: the first')}listening\n${dump}\n`))).not.toContain(
    'Error',
  )
})

test('gives the last thirty lines and no more than 4 KiB of them', async () => {
  const lines = Array.from({ length: 60 }, (_, index) => `line ${index}`)
  expect(logEnd(await logOf(`${lines.join('\n')}\n`))).toBe(lines.slice(-30).join('\n'))
  expect(logEnd(await logOf('x'.repeat(100_000)))).toBe('x'.repeat(4_096))
})

test('gives nothing of a log that is not there', () => {
  expect(logEnd('/nowhere/server.log')).toBe('')
})

test.each([
  'connecting to postgres://user:hunter2@host/db',
  '{"msg":"no","password":"hunter2"}',
  'error: {\\"accessToken\\":\\"hunter2\\"}',
  'PGPASSWORD=hunter2 psql',
  'authorization: Bearer hunter2',
])('hides the secret of "%s"', async line => {
  const end = logEnd(await logOf(line))
  expect(end).toContain('[redacted]')
  expect(end).not.toContain('hunter2')
})
