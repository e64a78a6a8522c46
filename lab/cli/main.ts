import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

/**
 * `pnpm lab …`. Compiled code is kept between runs, of this process and of those it starts, which
 * read the variable; where it cannot be kept, nothing fails.
 */
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '../../node_modules/.cache/lab')
enableCompileCache(process.env.NODE_COMPILE_CACHE)
await import('./command-line.ts')

import { Command, CommanderError } from 'commander'
import { LabError, messageOf } from '../base/errors.ts'
import { print, printPart } from '../base/print.ts'
import { exitCodes } from '../base/verdict.ts'
import { addCheckCommand } from './commands/check-command.ts'
import { addDoctorCommand } from './commands/doctor-command.ts'
import { addExperimentCommand } from './commands/experiment-command.ts'
import { addHealCommand } from './commands/heal-command.ts'
import { addJudgeCommand } from './commands/judge-command.ts'
import { addListCommand } from './commands/list-command.ts'
import { addProveCommand } from './commands/prove-command.ts'
import { addResilienceCommand } from './commands/resilience-command.ts'
import { addScenariosCommand } from './commands/scenarios-command.ts'
import { addSoakCommand } from './commands/soak-command.ts'
import { watchOutput } from './support/watch-output.ts'

watchOutput()
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  // Nothing may end with 1, which says `broken`. What the run had started its guardian ends.
  process.on(event, (error: unknown) => process.exit(report(error)))
}

const program = new Command('lab')
  .description('Hurt the system on purpose, and learn whether it kept its promises.')
  .exitOverride()
  .configureOutput({
    writeOut: text => printPart(process.stdout, text),
    writeErr: text => printPart(process.stderr, text),
  })
  .showHelpAfterError('(--help lists all commands and flags)')

addExperimentCommand(program)
addJudgeCommand(program)
addCheckCommand(program)
addProveCommand(program)
addSoakCommand(program)
addResilienceCommand(program)
addListCommand(program)
addScenariosCommand(program)
addDoctorCommand(program)
addHealCommand(program)

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}

/** Says what went wrong, and with which code to end. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage
  if (error instanceof LabError) {
    print(process.stderr, error.message)
    return exitCodes[error.verdict]
  }
  print(process.stderr, `The lab itself failed: ${messageOf(error)}${placeOf(error)}`)
  return exitCodes.error
}

/** Where it was thrown, for whoever mends it: one line of the stack is enough to begin with. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const place = /^ +at .*?((?:file:\/\/|\/)[^\s()]+:\d+:\d+)/m.exec(stack)?.[1]
  return place === undefined ? '' : ` (${place})`
}
