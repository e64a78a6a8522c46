import type { ServerKind } from './find-server.ts'

export const redisServer: ServerKind = {
  name: 'Redis',
  command: 'redis-server',
  variable: 'REDIS_SERVER_BIN',
  versionArgs: ['--version'],
  // The server is a link to a program of the tools, which may be installed without it.
  packages: ['redis-server', 'redis-tools'],
  inPackages: ['usr/bin/redis-server'],
  install: {
    apt: 'sudo apt-get install redis-server',
    homebrew: 'brew install redis',
    docker: 'docker run -p 127.0.0.1:6379:6379 redis:7',
  },
}
