import { relative } from 'node:path'
import { createVitest } from 'vitest/node'
import { idsIn } from './catalogue.ts'
import type { Evidence } from './evidence.ts'

/** What needs no server stands beside its file in the service. */
const folders = ['targets/scenarios/', 'targets/service/']

/**
 * One piece per test whose title, or the title of a suite around it, names an ID. The files are
 * parsed, not run. A skipped test shows nothing, and a control only that another test does.
 */
export async function evidenceInTests(root: string): Promise<readonly Evidence[]> {
  const vitest = await createVitest('test', { root, watch: false, passWithNoTests: true })
  try {
    const files = await vitest.globTestSpecifications(folders)
    const modules = await vitest.parseSpecifications(files)
    return modules.flatMap(module => {
      const file = relative(root, module.moduleId)
      return [...module.children.allTests()]
        .filter(({ options }) => options.mode === 'run' || options.mode === 'only')
        .filter(({ fullName }) => !/\bcontrols?\b/i.test(fullName))
        .flatMap(({ fullName }) => idsIn(fullName))
        .map(id => ({ id, kind: 'test' as const, file }))
    })
  } finally {
    await vitest.close()
  }
}
