import type { ServerKind } from './find-server.ts'

/** The load generator of PostgreSQL, which the npm package with the server comes without. */
export const pgbench: ServerKind = {
  name: 'pgbench',
  command: 'pgbench',
  variable: 'PGBENCH_BIN',
  versionArgs: ['--version'],
  packages: ['postgresql'],
  // Debian 11 to 14 and Ubuntu 22.04 to 26.04, each with a version of its own.
  inPackages: [18, 17, 16, 15, 14, 13].map(major => `usr/lib/postgresql/${major}/bin/pgbench`),
  install: {
    apt: 'sudo apt-get install postgresql',
    homebrew:
      'brew install postgresql@18, and PGBENCH_BIN=$(brew --prefix postgresql@18)/bin/pgbench',
    docker: 'docker run -it -v "$PWD":/lab -w /lab node:24 npx -y pnpm test',
  },
}
