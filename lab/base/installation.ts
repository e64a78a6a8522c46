/** Whether this is the built package in somebody's project, and not the repository, whose sources run as they are. */
export const isBuilt = import.meta.filename.endsWith('.js')

/**
 * How the lab is called here, to be copied into a shell: `pnpm lab heal` in the repository,
 * `npx resilience-lab heal` in a project that has the package.
 */
export function called(command: string): string {
  if (isBuilt) return `npx resilience-lab ${command}`
  return scripts.includes(command.split(' ')[0] ?? '') ? `pnpm ${command}` : `pnpm lab ${command}`
}

/** Commands that are scripts of the repository's `package.json`, too. */
const scripts = ['experiment', 'prove', 'soak', 'matrix', 'resilience', 'gameday']
