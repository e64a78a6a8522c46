import type { ServerKind } from './find-server.ts'

/** Oracle's MySQL, 8.0 or newer: only where it is installed, since Debian's stable releases have none. */
export const mysqlServer: ServerKind = {
  name: 'MySQL',
  command: 'mysqld',
  variable: 'MYSQL_BIN',
  versionArgs: ['--no-defaults', '--version'],
  isNot: /MariaDB/i,
  packages: [],
  inPackages: [],
  install: {
    apt: 'sudo apt-get install mysql-server-core-8.0 (Ubuntu)',
    homebrew: 'brew install mysql',
    docker: 'docker run -e MYSQL_ROOT_PASSWORD=… -p 127.0.0.1:3306:3306 mysql:8.4',
  },
}
