import type { ServerKind } from './find-server.ts'

export const mariadbServer: ServerKind = {
  name: 'MariaDB',
  command: 'mariadbd',
  variable: 'MARIADB_BIN',
  versionArgs: ['--no-defaults', '--version'],
  packages: ['mariadb-server-core'],
  inPackages: ['usr/sbin/mariadbd'],
  install: {
    apt: 'sudo apt-get install mariadb-server-core',
    homebrew: 'brew install mariadb',
    docker: 'docker run -e MARIADB_ROOT_PASSWORD=… -p 127.0.0.1:3306:3306 mariadb:10.11',
  },
}
