import { portOf, redisNodes, rolePorts, sentinels } from './links.ts'
import { secrets } from './secrets.ts'

const via = (name: string) => ({ host: 'proxy', port: portOf(name) })
const urlVia = (name: string) => `http://proxy:${portOf(name)}`

/**
 * The configuration of one process of the service, which reaches every server by links of its own.
 * `development`: in a network of containers a peer is not on this machine, and nothing is TLS.
 */
export function serviceConfig(
  instance: string,
  roles: readonly (keyof typeof rolePorts)[],
): Readonly<Record<string, unknown>> {
  const natMap = redisNodes.map(node => [
    `proxy:${portOf(`peers>${node}`)}`,
    via(`${instance}>${node}`),
  ])
  return {
    environment: 'development',
    instance,
    roles,
    host: '0.0.0.0',
    ports: rolePorts,
    postgres: {
      url: `postgres://postgres:${secrets.password}@proxy:${portOf(`${instance}>postgres`)}/postgres`,
    },
    redis: {
      sentinels: sentinels.map(each => via(`${instance}>${each}`)),
      name: 'primary',
      natMap: Object.fromEntries(natMap),
      confirmReplicas: redisNodes.length - 1,
    },
    auth: { tokens: { algorithm: 'HS256', secret: secrets.signing }, secureCookies: false },
    payments: { url: urlVia(`${instance}>payments`), apiKey: secrets.peers },
    marketplace: { url: urlVia(`${instance}>marketplace`), apiKey: secrets.peers },
    smtp: via(`${instance}>smtp`),
  }
}
