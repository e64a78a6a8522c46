import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { z } from 'zod'
import { print, printPart } from '../base/print.ts'

/**
 * `pnpm test`: what a contributor needs before a push. Types, lint with format and import arrows, then
 * all tests. The last line counts each of these steps and each test, `N passed, N failed`.
 */
const root = join(import.meta.dirname, '../..')
const files = process.argv.slice(2)

interface Count {
  passed: number
  failed: number
}

const results = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})

const count: Count = { passed: 0, failed: 0 }
await step('types', 'tsc', ['--noEmit'])
await step('types of the game day page', 'tsc', ['--noEmit', '-p', 'lab/gameday/page'])
await step('lint, format and import arrows', 'biome', ['check', '--error-on-warnings'])
await tests()
print(process.stdout, `${count.passed} passed, ${count.failed} failed`)
process.exitCode = count.failed === 0 ? 0 : 1

async function step(title: string, command: string, args: readonly string[]): Promise<void> {
  printPart(process.stdout, `${title} … `)
  const { code, output } = await run(command, args, 'pipe')
  print(process.stdout, code === 0 ? 'passed' : `failed\n${output}`)
  if (code === 0) count.passed++
  else count.failed++
}

/** A file that cannot be loaded, and a run that fails for another reason, count as a failure each. */
async function tests(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'lab-check-'))
  const file = join(folder, 'results.json')
  try {
    const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
    const { code } = await run(
      'vitest',
      ['run', '--project', 'unit', '--project', 'scenarios', ...report, ...files],
      'inherit',
    )
    const before = count.failed
    add(results.parse(JSON.parse(await readFile(file, 'utf8'))))
    if (code !== 0 && count.failed === before) count.failed++
  } catch (error) {
    print(process.stdout, `The tests left no result: ${error}`)
    count.failed++
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function add({ testResults }: z.infer<typeof results>): void {
  let ofTheNight = 0
  for (const { name, status, assertionResults } of testResults) {
    const failed = assertionResults.filter(one => one.status === 'failed').length
    count.passed += assertionResults.filter(one => one.status === 'passed').length
    count.failed += failed
    if (status === 'failed' && failed === 0) count.failed++
    for (const { fullName, status } of assertionResults) {
      if (status === 'passed' || status === 'failed') continue
      if (/control: without/.test(fullName)) {
        ofTheNight++
        continue
      }
      print(process.stdout, `not run (${status}): ${relative(root, name)}: ${fullName}`)
    }
  }
  if (ofTheNight === 0) return
  print(
    process.stdout,
    `not run: ${ofTheNight} controls of scenarios, which are of \`pnpm nightly\``,
  )
}

function run(command: string, args: readonly string[], stdio: 'pipe' | 'inherit') {
  return new Promise<{ readonly code: number; readonly output: string }>((resolve, reject) => {
    const path = join(root, 'node_modules/.bin', command)
    const child = spawn(path, args, { cwd: root, stdio: ['ignore', stdio, stdio] })
    let output = ''
    child.stdout?.on('data', text => (output += text))
    child.stderr?.on('data', text => (output += text))
    child.on('error', reject)
    child.on('close', code => resolve({ code: code ?? 1, output }))
  })
}
