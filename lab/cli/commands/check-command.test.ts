import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkers } from '../histories/checkers.ts'
import { loadHistory } from '../histories/load-history.ts'

const examples = join(import.meta.dirname, '../histories/examples')
const main = join(import.meta.dirname, '../main.ts')

function lab(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    encoding: 'utf8',
    cwd: examples,
  })
  return { status, stdout, stderr }
}

async function judged(checker: string, file: string, failed?: 'compared' | 'nothing') {
  const named = checkers[checker]
  const history = await loadHistory(
    join(examples, file),
    failedCas => named?.dialect({ failedCas: failed ?? failedCas }) ?? expect.fail(checker),
    undefined,
  )
  const options = { failedCas: 'nothing', level: 'repeatable-read' } as const
  return named?.checker({ name: history.workload }, options).check(history.journal)
}

async function written(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'lab-history-'))
  const file = join(folder, 'history')
  await writeFile(file, text)
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) }
}

describe('lab check', { timeout: 120_000 }, () => {
  test.each([
    ['register', 'register.edn', 'valid'],
    ['register', 'stale-register.log', 'invalid'],
    ['list-append', 'long-fork.edn', 'invalid'],
    ['kv', 'store.jsonl', 'valid'],
    ['mutex', 'journal.jsonl', 'invalid'],
    ['register', 'unknown.jsonl', 'unknown'],
    ['queue', 'register.edn', 'unknown'],
  ])('%s judges %s: %s', async (checker, file, word) => {
    expect(await judged(checker, file)).toMatchObject({ word })
  })

  test('ends with 0, 1 or 2, and prints the lines of the witness', () => {
    expect(lab('check', '--checker', 'register', 'register.edn').status).toBe(0)
    expect(lab('check', '--checker', 'register', 'unknown.jsonl').status).toBe(2)
    const stale = lab('check', '--checker', 'register', 'stale-register.log')
    expect(stale.status).toBe(1)
    expect(stale.stdout).toContain('stale-register.log:8: INFO  jepsen.util - 2')
    const fork = lab(
      'check',
      '--checker',
      'list-append',
      '--level',
      'read-committed',
      'long-fork.edn',
    )
    expect(fork.status).toBe(0)
  })

  test('a failed cas found another value in log lines, and only did nothing in maps', async () => {
    const event = (process: number, type: string, f: string, value: string) =>
      `INFO  jepsen.util - ${process}\t:${type}\t:${f}\t${value}`
    await using log = await written(
      [
        event(0, 'invoke', 'write', '1'),
        event(0, 'ok', 'write', '1'),
        event(0, 'invoke', 'cas', '[1 2]'),
        event(0, 'fail', 'cas', '[1 2]'),
        event(0, 'invoke', 'read', 'nil'),
        event(0, 'ok', 'read', '1'),
      ].join('\n'),
    )
    expect(lab('check', '--checker', 'register', log.file).status).toBe(1)
    const loose = ['--checker', 'register', '--failed-cas', 'nothing', log.file]
    expect(lab('check', ...loose).status).toBe(0)
  })

  test.each([
    ['{:process 0 :type :invoke :f :read}\n{:process 0 :type :ok', ':2', 'never closed'],
    ['{"process":0,"type":"invoke","f":"read"}\n{"process":0', ':2', 'no JSON'],
    ['{:process 0 :type :maybe :f :read}', ':1', 'type'],
    ['{:process 0 :type :ok :f :read :value 1}', ':1', 'did not invoke'],
    ['INFO  jepsen.util - 0 :invoke :read nil\nINFO  jepsen.util - 0 :ok', ':2', 'no operation'],
    ['hello', ':1', 'no operation'],
    ['', ':1', 'no operation'],
    ['{"kind":"invoke"}', ':1', 'index'],
  ])('%s is refused as usage, with its line', async (text, line, what) => {
    await using bad = await written(text)
    const { status, stderr } = lab('check', '--checker', 'register', bad.file)
    expect(status).toBe(64)
    expect(stderr).toContain(`${bad.file}${line}`)
    expect(stderr).toContain(what)
  })

  test('a missing file and an unknown checker are refused as usage; help lists the checkers', () => {
    expect(lab('check', '--checker', 'register', 'none.edn').status).toBe(64)
    expect(lab('check', '--checker', 'none', 'register.edn').status).toBe(64)
    const { stdout } = lab('check', '--help')
    for (const name of Object.keys(checkers)) expect(stdout).toContain(`\n  ${name} `)
  })
})
