import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const lab = join(import.meta.dirname, '..')

/** A project of its own with these files, in which the command line runs as in any other. */
export async function madeUpProject(files: Readonly<Record<string, string>>) {
  const root = await mkdtemp(join(tmpdir(), 'lab-project-'))
  const write = async (file: string, text: string) => {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), text)
  }
  for (const [file, text] of Object.entries(files)) await write(file, text)
  await symlink(join(lab, '../node_modules'), join(root, 'node_modules'))
  return {
    root,
    write,
    read: (file: string) => readFile(join(root, file), 'utf8'),
    run: (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
      ended(root, args, env),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}

/** An experiment's file that changes the counter's; `changes` is source text of an object. */
export function counterFile(changes = '', imports = ''): string {
  return `
import { control } from '${join(lab, 'model/control.ts')}'
import { defence } from '${join(lab, 'model/defence.ts')}'
import { at } from '${join(lab, 'model/schedule.ts')}'
import { kept, saying } from '${join(lab, 'testing/counter-checks.ts')}'
import { counterExperiment } from '${join(lab, 'testing/counter-experiment.ts')}'
import { adding, counter, killCounter, misbehave } from '${join(lab, 'testing/counter-target.ts')}'
${imports}
export default counterExperiment({ ${changes} })
`
}

function ended(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [join(lab, 'cli/main.ts'), ...args], {
    cwd,
    env: { ...process.env, CI: '1', GITHUB_STEP_SUMMARY: '', LAB_REQUIRE: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, stdout, stderr }))
  })
}
