import type { ServerKind } from './find-server.ts'

export const prometheusServer: ServerKind = {
  name: 'Prometheus',
  command: 'prometheus',
  variable: 'PROMETHEUS_BIN',
  versionArgs: ['--version'],
  packages: ['prometheus'],
  inPackages: ['usr/bin/prometheus'],
  install: {
    apt: 'sudo apt-get install prometheus',
    homebrew: 'brew install prometheus',
    docker: 'docker run --network host prom/prometheus',
  },
}
