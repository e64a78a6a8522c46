import type { Commands } from './support/commands.ts'

/** Commands about the scenarios of this repository: its catalogue, its tests and its shop. */
export const repositoryCommands: Commands = {
  'prove-scenarios': async () =>
    (await import('./commands/prove-scenarios-command.ts')).addProveScenariosCommand,
  scenarios: async () => (await import('./commands/scenarios-command.ts')).addScenariosCommand,
}
