import { join } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../base/clock.ts'
import { print } from '../../base/print.ts'
import { heal } from '../support/heal.ts'

export function addHealCommand(program: Command): void {
  program
    .command('heal')
    .description('undo and end by hand what a crashed run left')
    .action(async () => {
      process.exitCode = await heal({
        folder: join(process.cwd(), '.lab'),
        clock: systemClock,
        print: line => print(process.stdout, line),
      })
    })
}
