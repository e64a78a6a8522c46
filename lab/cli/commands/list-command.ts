import type { Command } from 'commander'
import { messageOf } from '../../base/errors.ts'
import { print } from '../../base/print.ts'
import { listExperiments, loadExperimentFile } from '../../model/load-experiment.ts'

export function addListCommand(program: Command): void {
  program
    .command('list')
    .description('all experiments, with their questions')
    .action(async () => {
      for (const { name, file } of await listExperiments(process.cwd())) {
        const title = await loadExperimentFile(file).then(
          ({ title }) => title,
          error => `broken: ${messageOf(error).split('\n')[1]?.trim()}`,
        )
        print(process.stdout, `${name.padEnd(24)} ${title}`)
      }
    })
}
