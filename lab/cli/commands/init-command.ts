import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { LabError } from '../../base/errors.ts'
import { called } from '../../base/installation.ts'
import { print } from '../../base/print.ts'
import { lookAtProject } from '../init/look-at-project.ts'
import { startingFiles } from '../init/starting-files.ts'

export function addInitCommand(program: Command): void {
  program
    .command('init')
    .description('looks at this project and writes a target, two experiments, a test and a CI job')
    .option('--yes', 'asks nothing')
    .action(async ({ yes = false }: { readonly yes?: boolean }) => {
      const root = process.cwd()
      const files = startingFiles(await lookAtProject(root))
      if (!yes && !(await isWanted(Object.keys(files)))) return
      for (const [path, text] of Object.entries(files)) {
        print(
          process.stdout,
          `${(await write(join(root, path), text)) ? 'wrote' : 'kept '} ${path}`,
        )
      }
      const next = called('experiment slow-dependency')
      print(
        process.stdout,
        `\nRead resilience/target.ts, add runs/ and .lab/ to .gitignore, then: ${next}`,
      )
    })
}

/** Whether it was written: what is there stays as it is. */
async function write(file: string, text: string): Promise<boolean> {
  await mkdir(dirname(file), { recursive: true })
  try {
    await writeFile(file, text, { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

async function isWanted(paths: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY) throw nobodyToAsk()
  const asker = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const answer = await asker.question(`Write ${paths.join(', ')}? [Y/n] `)
    return /^(y|yes)?$/i.test(answer.trim())
  } finally {
    asker.close()
  }
}

function nobodyToAsk(): LabError {
  return new LabError(
    {
      code: 'nobody-to-ask',
      expected: 'a terminal, to ask whether files may be written',
      found: 'none',
      why: 'Nothing is written into a project unasked.',
      next: called('init --yes'),
    },
    'usage',
  )
}
