import { Command, CommanderError } from 'commander'
import { LabError } from '../base/errors.ts'
import { exitCodes } from '../base/verdict.ts'
import { addDoctorCommand } from './commands/doctor-command.ts'
import { addExperimentCommand } from './commands/experiment-command.ts'
import { addHealCommand } from './commands/heal-command.ts'
import { addJudgeCommand } from './commands/judge-command.ts'
import { addListCommand } from './commands/list-command.ts'
import { addProveCommand } from './commands/prove-command.ts'
import { addResilienceCommand } from './commands/resilience-command.ts'
import { addScenariosCommand } from './commands/scenarios-command.ts'
import { addSoakCommand } from './commands/soak-command.ts'

const program = new Command('lab')
  .description('Hurt the system on purpose, and learn whether it kept its promises.')
  .exitOverride()
  .showHelpAfterError('(--help lists all commands and flags)')

addExperimentCommand(program)
addJudgeCommand(program)
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
    process.stderr.write(`${error.message}\n`)
    return exitCodes[error.verdict]
  }
  const stack = error instanceof Error ? error.stack : String(error)
  process.stderr.write(`The lab itself failed. ${stack}\n`)
  return exitCodes.error
}
