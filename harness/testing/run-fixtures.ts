import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { projectFolder } from './project-folder.ts'

const root = join(import.meta.dirname, '../..')
const config = join(import.meta.dirname, 'fixtures/vitest.config.ts')

/** Of a Vitest that has ended. */
export interface FixtureRun extends AsyncDisposable {
  /** Where its `.lab` and `runs` are. */
  readonly folder: string
  readonly output: string
  /** What the fixtures said. */
  readonly said: readonly unknown[]
}

/** A real Vitest, in a folder of its own, on all fixtures. */
export async function runFixtures({
  env,
  args,
}: {
  readonly env: Readonly<Record<string, string>>
  readonly args: readonly string[]
}): Promise<FixtureRun> {
  const project = await projectFolder()
  const { folder } = project
  const said = join(folder, 'said.jsonl')
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const { VITEST: _, ...own } = process.env
  const child = spawn(
    process.execPath,
    [vitest, 'run', '--root', root, '--config', config, ...args],
    {
      cwd: folder,
      env: { ...own, SAID: said, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  await once(child, 'close')
  const lines = (await readFile(said, 'utf8').catch(() => '')).split('\n')
  return {
    folder,
    output,
    said: lines.flatMap(line => (line === '' ? [] : [JSON.parse(line)])),
    [Symbol.asyncDispose]: () => project[Symbol.asyncDispose](),
  }
}
