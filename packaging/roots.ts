import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { readRootManifest, root } from './root-manifest.ts'

/** Started as processes or threads, or imported by path: no import of an entry leads to them. */
const loadedByPath = [
  'lab/cli/main.ts',
  'lab/guardian/main.ts',
  'lab/vitest/{own-config,resilience.test}.ts',
  'faults/proxy/main.ts',
  'faults/proxy/time/timer-thread.ts',
  'faults/proxy/listener/full-backlog-thread.ts',
  'faults/proxy/{toxics,protocols}/*.ts',
  'targets/runtime/probes.ts',
  'demo/{fragile,mended,orders}.ts',
]

/** Where the compiler begins: what the package exports, and what is loaded by path. From the root. */
export async function roots(): Promise<readonly string[]> {
  const { exports } = await readRootManifest()
  const found = Object.values(exports).map(path => path.replace('./', ''))
  for (const pattern of loadedByPath) {
    const before = found.length
    for await (const path of glob(pattern, { cwd: root })) {
      if (!path.endsWith('.test.ts') || !/[*]/.test(pattern)) found.push(path)
    }
    if (found.length === before) {
      throw new Error(`${join(root, pattern)}: expected a source, found none. Correct roots.ts.`)
    }
  }
  return [...new Set(found)]
}
