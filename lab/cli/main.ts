import { Command, CommanderError } from 'commander'
import { LabError } from '../errors.ts'
import { exitCodes } from '../verdict.ts'
import { addDoctorCommand } from './doctor-command.ts'
import { addExperimentCommand } from './experiment-command.ts'
import { addHealCommand } from './heal-command.ts'
import { addJudgeCommand } from './judge-command.ts'
import { addListCommand } from './list-command.ts'
import { addProveCommand } from './prove-command.ts'
import { addResilienceCommand } from './resilience-command.ts'
import { addScenariosCommand } from './scenarios-command.ts'
import { addSoakCommand } from './soak-command.ts'

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
