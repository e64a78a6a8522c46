import type { ServerProbe } from '../../lab/cli/support/doctor.ts'
import { chromiumShell } from './chromium-shell.ts'
import { clickhouseServer } from './clickhouse-server.ts'
import { findHere, isExecutable, type ServerKind } from './find-server.ts'
import { haproxyServer } from './haproxy-server.ts'
import { mariadbServer } from './mariadb-server.ts'
import { mysqlServer } from './mysql-server.ts'
import { postgresPrograms } from './postgres-programs.ts'
import { prometheusServer } from './prometheus-server.ts'
import { redisServer } from './redis-server.ts'
import { findToxiproxy, toxiproxyServer } from './toxiproxy-binary.ts'

/** What `pnpm lab doctor` looks for. */
export const probes: readonly ServerProbe[] = [
  {
    name: 'PostgreSQL',
    find: () => postgresPrograms({}, { fetch: false }).then(short, () => undefined),
    otherwise: 'fetched with npm on first use',
  },
  ...[
    redisServer,
    haproxyServer,
    mariadbServer,
    mysqlServer,
    clickhouseServer,
    prometheusServer,
    chromiumShell,
  ].map(packaged),
  {
    name: 'Toxiproxy',
    find: async () => {
      const found = await findToxiproxy()
      return found && { version: found.path, from: found.from }
    },
    otherwise: await whereGoIs(),
  },
]

function packaged(kind: ServerKind): ServerProbe {
  return {
    name: kind.name,
    find: async () => {
      const found = await findHere(kind)
      return found && short(found)
    },
    otherwise:
      kind.packages.length > 0
        ? 'unpacked on first use from the packages of Debian or Ubuntu'
        : `only where it is installed: ${kind.install.apt}`,
  }
}

/** Of a line such as `Redis server v=7.0.15 sha=…` only the number. */
function short({ version, from }: { readonly version: string; readonly from: string }) {
  return { version: /\d+(\.\d+)+/.exec(version)?.[0] ?? version, from }
}

async function whereGoIs(): Promise<string> {
  const folders = (process.env.PATH ?? '').split(':')
  const found = await Promise.all(folders.map(folder => isExecutable(`${folder}/go`)))
  if (found.includes(true)) return 'built on first use with go install'
  return `only needed for --proxy toxiproxy; ${toxiproxyServer.install.homebrew}, or install Go`
}
