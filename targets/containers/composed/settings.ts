import { haproxyConfig } from '../../runtime/haproxy-config.ts'
import { composedLinks, portOf, redisNodes, rolePorts, shops, workers } from './links.ts'
import { secrets } from './secrets.ts'

/** What the servers of the composed system are told, as the text of their files. */

/** Both proxies have every link; ours comes first and taps it, whoever injects. */
export const proxyConfig = list(({ name, port, protocol }) => ({
  name,
  listen: `0.0.0.0:${port}`,
  upstream: `toxiproxy:${port}`,
  protocol,
  messages: protocol !== 'tcp',
}))

export const toxiproxyConfig = list(({ name, port, upstream }) => ({
  name,
  listen: `[::]:${port}`,
  upstream,
}))

/** Announced is the link by which its peers reach it: a Redis server announces one address to everybody. */
export const redisConfig = (node: string) => `dir /data
appendonly yes
save ""
repl-diskless-sync no
repl-ping-replica-period 1
protected-mode no
replica-announce-ip proxy
replica-announce-port ${portOf(`peers>${node}`)}
${node === redisNodes[0] ? '' : `replicaof proxy ${portOf(`peers>${redisNodes[0]}`)}\n`}`

export const sentinelConfig = `dir /data
protected-mode no
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel monitor primary proxy ${portOf(`peers>${redisNodes[0]}`)} 2
sentinel down-after-milliseconds primary 2000
sentinel failover-timeout primary 4000
sentinel parallel-syncs primary 2
`

const members = (role: 'api' | 'realtime') =>
  shops.map(name => ({ name, host: 'proxy', port: portOf(`balancer>${name}.${role}`) }))
const healthPath = '/health/traffic'

export const balancerConfig = haproxyConfig(
  [
    {
      name: 'realtime',
      members: members('realtime'),
      healthPath,
      paths: ['/chat', '/agents', '/messages'],
    },
    { name: 'api', members: members('api'), healthPath },
  ],
  { host: '0.0.0.0', traffic: 8080, metrics: 8404, admin: 'unix@/tmp/admin' },
)

export const prometheusConfig = {
  global: { scrape_interval: '1s', scrape_timeout: '1s' },
  scrape_configs: [
    job('service', [
      ...shops.map(name => `${name}:${rolePorts.api}`),
      ...workers.map(name => `${name}:${rolePorts.worker}`),
    ]),
    { ...job('proxy', ['proxy:8474']), authorization: { credentials: secrets.proxy } },
    job('balancer', ['balancer:8404']),
    // `pnpm experiment NAME --metrics-port 9464` on the machine itself.
    job('lab', ['host.docker.internal:9464']),
  ],
}

export const grafanaSource = {
  apiVersion: 1,
  datasources: [
    { name: 'Prometheus', type: 'prometheus', url: 'http://prometheus:9090', isDefault: true },
  ],
}

export function peerConfig(more: object): string {
  return JSON.stringify({
    host: '0.0.0.0',
    port: 8080,
    adminPort: 8081,
    adminToken: secrets.peers,
    readyFile: '/tmp/ready.json',
    dataFile: '/tmp/data.sqlite',
    ...more,
  })
}

function job(name: string, targets: readonly string[]) {
  return { job_name: name, static_configs: [{ targets }] }
}

/** JSON with a line for each, to be read. */
function list(each: (link: (typeof composedLinks)[number]) => object): string {
  return `[\n${composedLinks.map(link => `  ${JSON.stringify(each(link))}`).join(',\n')}\n]\n`
}
