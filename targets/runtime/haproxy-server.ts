import type { ServerKind } from './find-server.ts'

export const haproxyServer: ServerKind = {
  name: 'HAProxy',
  command: 'haproxy',
  variable: 'HAPROXY_BIN',
  versionArgs: ['-v'],
  packages: ['haproxy'],
  inPackages: ['usr/sbin/haproxy'],
  install: {
    apt: 'sudo apt-get install haproxy',
    homebrew: 'brew install haproxy',
    docker:
      'docker run --network host -v ./haproxy.cfg:/usr/local/etc/haproxy/haproxy.cfg haproxy:2.8',
  },
}
