import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { LabConfig } from '../../../lab/index.ts'
import { composedLinks, portOf, redisNodes, sentinels, shops, workers } from './links.ts'
import { clientPorts, redisPorts, sentinelPorts } from './ports.ts'

const project = 'resilience-lab'
const secretsShape = z.record(z.string(), z.string())

/** The composed system as one that runs already, for `--runtime external`. */
export function composedConfig(
  root: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): LabConfig {
  const secrets = secretsOf(root)
  const said = (name: string, otherwise: string | number) =>
    environment[name] || secrets[name] || `${otherwise}`
  const here = (name: string, port: number) => `127.0.0.1:${said(name, port)}`
  const container = (service: string) => ({
    container: {
      'com.docker.compose.project': project,
      'com.docker.compose.service': service,
    },
  })
  const process = (name: string) => [name, { process: container(name) }] as const
  const database = said('LAB_PASSWORD', 'known-to-this-machine')
  const entrances = new Map(
    clientPorts.map(({ link, variable, port }) => [link, here(variable, port)]),
  )
  return {
    external: {
      proxies: [
        {
          url: `http://${here('LAB_PROXY_PORT', 18_475)}`,
          token: said('LAB_PROXY_TOKEN', 'known-to-this-machine'),
          toxiproxy: `http://${here('LAB_TOXIPROXY_PORT', 18_474)}`,
        },
      ],
      links: Object.fromEntries(
        composedLinks.map(({ name }) => {
          const at = entrances.get(name)
          return [name, at === undefined ? {} : { at }]
        }),
      ),
      parts: {
        postgres: {
          url: `postgres://postgres:${database}@${here('LAB_POSTGRES_PORT', 15_432)}/postgres`,
          process: container('postgres'),
        },
        ...Object.fromEntries(
          redisNodes.map(name => [
            name,
            {
              url: `redis://${here(redisPorts[name].variable, redisPorts[name].port)}`,
              announced: `proxy:${portOf(`peers>${name}`)}`,
              process: container(name),
            },
          ]),
        ),
        ...Object.fromEntries(
          sentinels.map(name => [
            name,
            {
              url: `redis://${here(sentinelPorts[name].variable, sentinelPorts[name].port)}`,
              process: container(name),
            },
          ]),
        ),
        ...Object.fromEntries([...shops, ...workers].map(process)),
      },
      // It is the lab's own: whatever is in it may be hurt.
      mayHurt: ['*', '*>*'],
    },
  }
}

/** As `pnpm lab up` made and kept them. */
function secretsOf(root: string): Readonly<Record<string, string>> {
  const file = join(root, '.lab/composed.json')
  return existsSync(file) ? secretsShape.parse(JSON.parse(readFileSync(file, 'utf8'))) : {}
}
