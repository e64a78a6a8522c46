import type { ServerKind } from './find-server.ts'

/** Of util-linux: changes the limits of a process that runs. There is none outside of Linux. */
export const prlimit: ServerKind = {
  name: 'prlimit',
  command: 'prlimit',
  variable: 'PRLIMIT_BIN',
  versionArgs: ['--version'],
  packages: ['util-linux'],
  inPackages: ['usr/bin/prlimit', 'bin/prlimit'],
  install: {
    apt: 'sudo apt-get install util-linux',
    homebrew: 'not on macOS; run the tests on Linux',
    docker: 'docker run -it -v "$PWD":/lab -w /lab node:24 npx pnpm test',
  },
}
