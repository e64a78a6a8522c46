import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { LabError } from '../../base/errors.ts'
import { called, isBuilt } from '../../base/installation.ts'
import { mostSideBySide } from '../../rounds/berths.ts'

/** Of a project without `type: module`, whose TypeScript works all the same. */
const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'

/** The package brings its configuration along: a project may have none, or one for other tests. */
const ownConfig = ['--config', join(import.meta.dirname, '../../vitest/own-config.js')]

/** Runs the experiments of the project under its Vitest; resolves to the exit code. */
export function runVitest(
  root: string,
  runs: string,
  signal: AbortSignal,
  env: Record<string, string>,
): Promise<number> {
  const args = [
    ...['run', ...(isBuilt ? ownConfig : ['--project', 'experiments']), '--reporter=default'],
    ...['--reporter=junit', `--outputFile.junit=${join(runs, 'junit.xml')}`],
    ...['--reporter=json', `--outputFile.json=${join(runs, 'resilience.json')}`],
    `--maxConcurrency=${mostSideBySide()}`,
  ]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [vitestOf(root), ...args], {
      cwd: root,
      env: { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} ${quiet}`, ...env },
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    // Its experiments notice that it is gone, and heal.
    signal.addEventListener('abort', () => child.kill('SIGTERM'))
    child.on('error', reject)
    child.on('close', code => resolve(code ?? 1))
  })
}

/** @throws {LabError} `no-vitest` where the project has none. */
function vitestOf(root: string): string {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('vitest/package.json')
    return join(dirname(manifest), 'vitest.mjs')
  } catch (cause) {
    throw new LabError(
      {
        code: 'no-vitest',
        expected: 'Vitest in this project: it runs the experiments one by one and writes JUnit',
        found: 'none',
        why: 'The package leaves it to the project, which may have a version of its own.',
        next: `npm install --save-dev vitest; or without it, one at a time: ${called('experiment NAME')}`,
        cause,
      },
      'unable',
    )
  }
}
