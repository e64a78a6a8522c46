import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The commit of the sources, with `+` where files of them differ from it; `none` outside of git. */
export async function commitOf(root: string): Promise<string> {
  const git = (...args: string[]) =>
    promisify(execFile)('git', args, { cwd: root }).then(({ stdout }) => stdout.trim())
  try {
    const sources = ['lab', 'faults', 'targets', 'experiments']
    const changed = await git('status', '--porcelain', '--', ...sources)
    return `${await git('rev-parse', '--short', 'HEAD')}${changed && '+'}`
  } catch {
    return 'none'
  }
}
