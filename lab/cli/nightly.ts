import { spawnSync } from 'node:child_process'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * `pnpm nightly [FILES]`: the tests that try a sample in a push, with all that they have. Which these
 * are, their files say: they import `nightly.ts`, or the `control.ts` of scenarios, or read `LAB_NIGHTLY`.
 */
const root = join(import.meta.dirname, '../..')
const asked = process.argv.slice(2)
const args = ['run', '--project', 'unit', '--project', 'scenarios']
const { status } = spawnSync(
  join(root, 'node_modules/.bin/vitest'),
  [...args, ...(asked.length > 0 ? asked : await filesOfTheNight())],
  { cwd: root, stdio: 'inherit', env: { ...process.env, LAB_NIGHTLY: '1' } },
)
process.exitCode = status ?? 1

async function filesOfTheNight(): Promise<readonly string[]> {
  const found: string[] = []
  for await (const path of glob('{lab,faults,targets,bench,harness}/**/*.test.ts', { cwd: root })) {
    const text = await readFile(join(root, path), 'utf8')
    if (/\/(nightly|control)\.ts'|\bLAB_NIGHTLY\b/.test(text)) found.push(path)
  }
  return found
}
