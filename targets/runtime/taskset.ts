import type { ServerKind } from './find-server.ts'

/** Of util-linux: binds a process that runs to some cores. There is none outside of Linux. */
export const taskset: ServerKind = {
  name: 'taskset',
  command: 'taskset',
  variable: 'TASKSET_BIN',
  versionArgs: ['--version'],
  packages: ['util-linux'],
  inPackages: ['usr/bin/taskset', 'bin/taskset'],
  install: {
    apt: 'sudo apt-get install util-linux',
    homebrew: 'not on macOS; run the tests on Linux',
    docker: 'docker run -it -v "$PWD":/lab -w /lab node:24 npx pnpm test',
  },
}
