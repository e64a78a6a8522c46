import type { ServerKind } from './find-server.ts'

export const clickhouseServer: ServerKind = {
  name: 'ClickHouse',
  command: 'clickhouse-server',
  variable: 'CLICKHOUSE_BIN',
  packages: ['clickhouse-server'],
  inPackages: ['usr/sbin/clickhouse-server', 'usr/bin/clickhouse-server'],
  install: {
    apt: 'sudo apt-get install clickhouse-server',
    homebrew: 'brew install clickhouse',
    docker: 'docker run -p 127.0.0.1:8123:8123 clickhouse/clickhouse-server',
  },
}
