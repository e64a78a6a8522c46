/** The package managers that a user may have, each as it is called to add packages to a folder. */
export interface Manager {
  readonly name: string
  /** Adds these to the project of the working directory. */
  add(packages: readonly string[]): readonly [string, ...string[]]
}

const pnpmFlags = ['--prefer-offline', '--config.verify-deps-before-run=false']

export const managers: readonly Manager[] = [
  {
    name: 'npm',
    add: packages => ['npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', ...packages],
  },
  { name: 'pnpm', add: packages => ['npx', '-y', 'pnpm', 'add', ...pnpmFlags, ...packages] },
  {
    name: 'yarn',
    add: packages => [
      ...(['npx', '-y', 'yarn@1.22.22', 'add', '--non-interactive', '--prefer-offline'] as const),
      ...packages,
    ],
  },
]
