import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTool } from '../../runtime/run-tool.ts'
import type { Application } from '../application.ts'
import type { Instance } from '../instance.ts'

/** Of those on one core, this one gets about a seventh; more would only keep other tests waiting. */
const count = 6
/** They end by themselves, whatever happens to the test. */
const atMostMs = 20_000

/**
 * Starves an instance of CPU until it is disposed: it has to share one core with processes that do
 * nothing but reckon. Its servers and its clients have the others.
 * @param taskset The command of that name.
 */
export async function busyNeighbours(app: Application, instance: Instance, taskset: string) {
  const core = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
  if (core === undefined) throw new Error('The kernel does not say which cores there are.')
  // Each thread of it, also those that do the work of passwords and of files.
  await runTool(taskset, ['--all-tasks', '--cpu-list', '--pid', core, `${instance.process.pid}`])
  const reckon = `const endsAt = Date.now() + ${atMostMs}; while (Date.now() < endsAt);`
  const neighbours = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      app.run.guardian.spawn({
        name: `neighbour-of-${instance.name}-${index}`,
        command: taskset,
        args: ['--cpu-list', core, process.execPath, '--eval', reckon],
        logFile: join(app.run.runFolder, 'neighbours.log'),
      }),
    ),
  )
  return {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(neighbours.map(each => each[Symbol.asyncDispose]()))
    },
  }
}
