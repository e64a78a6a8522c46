import { Command, CommanderError } from 'commander'
import { LabError, messageOf } from '../base/errors.ts'
import { isBuilt } from '../base/installation.ts'
import { print, printPart } from '../base/print.ts'
import { exitCodes } from '../base/verdict.ts'
import type { Commands } from './support/commands.ts'
import { watchOutput } from './support/watch-output.ts'

watchOutput()
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  // Nothing may end with 1, which says `broken`. What the run had started its guardian ends.
  process.on(event, (error: unknown) => process.exit(report(error)))
}

const program = new Command(isBuilt ? 'resilience-lab' : 'lab')
  .description('Hurt the system on purpose, and learn whether it kept its promises.')
  .exitOverride()
  .configureOutput({
    writeOut: text => printPart(process.stdout, text),
    writeErr: text => printPart(process.stderr, text),
  })
  .showHelpAfterError('(--help lists all commands and flags)')

/** In the order of the help. Each is loaded when it is asked for: the others would cost its start. */
const commands: Commands = {
  experiment: async () => (await import('./commands/experiment-command.ts')).addExperimentCommand,
  judge: async () => (await import('./commands/judge-command.ts')).addJudgeCommand,
  check: async () => (await import('./commands/check-command.ts')).addCheckCommand,
  prove: async () => (await import('./commands/prove-command.ts')).addProveCommand,
  soak: async () => (await import('./commands/soak-command.ts')).addSoakCommand,
  resilience: async () => (await import('./commands/resilience-command.ts')).addResilienceCommand,
  matrix: async () => (await import('./commands/matrix-command.ts')).addMatrixCommand,
  gameday: async () => (await import('./commands/gameday-command.ts')).addGamedayCommand,
  list: async () => (await import('./commands/list-command.ts')).addListCommand,
  doctor: async () => (await import('./commands/doctor-command.ts')).addDoctorCommand,
  up: addComposed,
  down: addComposed,
  status: addComposed,
  heal: async () => (await import('./commands/heal-command.ts')).addHealCommand,
  init: async () => (await import('./commands/init-command.ts')).addInitCommand,
  demo: async () => (await import('./commands/demo-command.ts')).addDemoCommand,
  proxy: async () => (await import('./commands/proxy-command.ts')).addProxyCommand,
  ...(await repositoryCommands()),
}

async function addComposed() {
  return (await import('./commands/compose-commands.ts')).addComposeCommands
}

let cameToItsEnd = false
process.on('exit', code => {
  if (cameToItsEnd || (code !== 0 && code !== 1)) return
  // 0 and 1 are verdicts: code of an experiment that ends the process has not reached one.
  print(process.stderr, `Something ended the lab with ${code} before the command was through.`)
  process.exitCode = exitCodes.error
})

try {
  const [asked = ''] = process.argv.slice(2)
  const wanted = Object.hasOwn(commands, asked) ? [commands[asked]] : Object.values(commands)
  for (const load of new Set(wanted)) (await load?.())?.(program)
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
cameToItsEnd = true

/** Commands about the lab's own scenarios, which are not in the package. */
async function repositoryCommands(): Promise<Commands> {
  const file: string = './repository-commands.ts'
  return isBuilt ? {} : (await import(file)).repositoryCommands
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
