import type { ServerKind } from './find-server.ts'

/** Changes the limits of a process that runs. There is none outside of Linux. */
export const prlimit = utilLinux('prlimit', 'PRLIMIT_BIN')

/** Binds a process that runs to some cores. There is none outside of Linux. */
export const taskset = utilLinux('taskset', 'TASKSET_BIN')

function utilLinux(command: string, variable: string): ServerKind {
  return {
    name: command,
    command,
    variable,
    versionArgs: ['--version'],
    packages: ['util-linux'],
    inPackages: [`usr/bin/${command}`, `bin/${command}`],
    install: {
      apt: 'sudo apt-get install util-linux',
      homebrew: 'not on macOS; run the tests on Linux',
      docker: 'docker run -it -v "$PWD":/lab -w /lab node:24 npx -y pnpm test',
    },
  }
}
