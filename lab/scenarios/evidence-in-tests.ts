import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { createVitest } from 'vitest/node'
import { idsIn } from './catalogue.ts'
import { controlTitles } from './control-calls.ts'
import type { Evidence } from './evidence.ts'

/** What needs no server stands beside its file in the service or the benchmark. */
const folders = ['targets/scenarios/', 'targets/service/', 'bench/service/']

/**
 * One piece per test and ID that its title, or the title of a suite around it, names. The files are
 * parsed, not run. A skipped test shows nothing.
 */
export async function evidenceInTests(root: string): Promise<readonly Evidence[]> {
  const vitest = await createVitest('test', { root, watch: false, passWithNoTests: true })
  try {
    const files = await vitest.globTestSpecifications(folders)
    const modules = await vitest.parseSpecifications(files)
    const evidence = modules.map(async module => {
      const file = relative(root, module.moduleId)
      const titles = [...module.children.allTests()]
        .filter(({ options }) => options.mode === 'run' || options.mode === 'only')
        .map(({ fullName }) => fullName)
      titles.push(...controlTitles(await readFile(module.moduleId, 'utf8')))
      return titles.flatMap(title => evidenceOf(title, file))
    })
    return (await Promise.all(evidence)).flat()
  } finally {
    await vitest.close()
  }
}

/** A title that says control is one, of the IDs it names itself, or else of those of its suites. */
function evidenceOf(title: string, file: string): readonly Evidence[] {
  if (!/\bcontrols?\b/i.test(title)) {
    return idsIn(title).map(id => ({ id, kind: 'test', file, title }))
  }
  const own = idsIn(title.slice(title.search(/\bcontrols?\b/i)))
  const ids = own.length > 0 ? own : idsIn(title)
  return ids.map(id => ({ id, kind: 'control', file, title }))
}
