import { stringify } from 'yaml'
import { hurriedTimings } from '../../runtime/sentinel-admin.ts'
import { images } from '../images.ts'
import { portOf, redisNodes, sentinels, shops, workers } from './links.ts'
import { clientPorts, redisPorts, sentinelPorts } from './ports.ts'
import { secrets } from './secrets.ts'
import { serviceConfig } from './service-config.ts'
import {
  balancerConfig,
  grafanaSource,
  peerConfig,
  prometheusConfig,
  proxyConfig,
  redisConfig,
  sentinelConfig,
  toxiproxyConfig,
} from './settings.ts'
import { variable } from './variable.ts'

/** Finds what is left of it: `docker ps -aq --filter label=dev.resilience-lab.run`. */
const labels = {
  'dev.resilience-lab.project': 'chaos',
  'dev.resilience-lab.run': variable('LAB_RUN', 'composed'),
}

const common = {
  restart: 'no',
  init: true,
  labels,
  logging: { driver: 'json-file', options: { 'max-size': '1m', 'max-file': '2' } },
  security_opt: ['no-new-privileges:true'],
  cap_drop: ['ALL'],
  mem_limit: '256m',
  cpus: 1,
  pids_limit: 128,
}

type Dependencies = Readonly<Record<string, { readonly condition: 'service_healthy' }>>
const configs: Record<string, { content: string }> = {}
const volumes: Record<string, { labels: typeof labels }> = {}

/** A file of this text in the container; compose fills in its variables. */
function file(source: string, target: string, text: string) {
  configs[source] = { content: text }
  return { source, target }
}

function volume(name: string, target: string): string {
  volumes[name] = { labels }
  return `${name}:${target}`
}

const image = (one: (typeof images)[keyof typeof images]) => variable(one.variable, one.name)
const port = (name: string, host: number, container: number) =>
  `127.0.0.1:${variable(name, `${host}`)}:${container}`
const after = (...names: readonly string[]): Dependencies =>
  Object.fromEntries(names.map(name => [name, { condition: 'service_healthy' }]))
const health = (...test: readonly string[]) => ({
  healthcheck: {
    test: ['CMD', ...test],
    interval: '1s',
    timeout: '3s',
    retries: 20,
    start_period: '10s',
  },
})
const built = (dockerfile: string) => ({
  build: { context: '.', dockerfile, secrets: ['ca'], labels },
})
const node = '/nodejs/bin/node'
const asks = (url: string, more = '') =>
  health(
    node,
    '-e',
    `fetch('${url}'${more}).then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))`,
  )

const redis = (name: keyof typeof redisPorts) => ({
  '<<': common,
  image: image(images.redis),
  user: '999:999',
  command: ['redis-server', '/etc/redis.conf'],
  configs: [file(name, '/etc/redis.conf', redisConfig(name))],
  volumes: [volume(name, '/data')],
  ports: [port(redisPorts[name].variable, redisPorts[name].port, 6379)],
  networks: ['data'],
  depends_on: after('proxy'),
  ...health('redis-cli', 'ping'),
})

const sentinel = (name: keyof typeof sentinelPorts) => ({
  '<<': common,
  image: image(images.redis),
  user: '999:999',
  // A Sentinel writes what it learns into its configuration. Its timings are told once it answers.
  command: [
    'sh',
    '-c',
    `[ -e /data/sentinel.conf ] || cat /etc/sentinel.conf >/data/sentinel.conf; (until redis-cli -p 26379 SENTINEL DEBUG ${hurriedTimings.join(' ')}; do sleep 1; done) >/dev/null 2>&1 & exec redis-server /data/sentinel.conf --sentinel`,
  ],
  configs: [file('sentinel', '/etc/sentinel.conf', sentinelConfig)],
  volumes: [volume(name, '/data')],
  ports: [port(sentinelPorts[name].variable, sentinelPorts[name].port, 26_379)],
  networks: ['data'],
  depends_on: after(...redisNodes),
  ...health('redis-cli', '-p', '26379', 'ping'),
})

const service = (name: string, roles: Parameters<typeof serviceConfig>[1]) => ({
  '<<': common,
  image: image(images.service),
  ...built('targets/service/Dockerfile'),
  mem_limit: '512m',
  configs: [
    file(name, '/etc/service.json', `${JSON.stringify(serviceConfig(name, roles), null, 1)}\n`),
  ],
  tmpfs: ['/tmp'],
  stop_grace_period: '15s',
  networks: ['app'],
  depends_on: after('proxy', 'postgres', ...sentinels),
  ...health(node, 'targets/service/healthy.ts'),
})

const peer = (name: string, settings: object) => ({
  '<<': common,
  image: image(images.peers),
  ...built('targets/peers/Dockerfile'),
  command: [`targets/${name}/main.ts`],
  environment: { PEER_CONFIG: '/etc/peer.json' },
  configs: [file(name, '/etc/peer.json', `${peerConfig(settings)}\n`)],
  tmpfs: ['/tmp'],
  networks: ['app'],
  ...asks(
    'http://127.0.0.1:8081/faults',
    `, { headers: { authorization: 'Bearer ${secrets.peers}' } }`,
  ),
})

const each = <Name extends string, Service>(
  names: readonly Name[],
  make: (name: Name) => Service,
) => Object.fromEntries(names.map(name => [name, make(name)]))

/** The whole system for a game day. */
const services = {
  toxiproxy: {
    '<<': common,
    image: image(images.toxiproxy),
    command: ['-host=0.0.0.0', '-config=/etc/toxiproxy.json'],
    configs: [file('toxiproxy', '/etc/toxiproxy.json', toxiproxyConfig)],
    ports: [port('LAB_TOXIPROXY_PORT', 18_474, 8474)],
    networks: ['data', 'app'],
    ...health('/toxiproxy-cli', 'list'),
  },
  proxy: {
    '<<': common,
    image: image(images.proxy),
    ...built('faults/proxy/Dockerfile'),
    command: ['-host', '0.0.0.0', '-config', '/etc/proxy.json'],
    environment: { PROXY_TOKEN: secrets.proxy },
    configs: [file('proxy', '/etc/proxy.json', proxyConfig)],
    ports: [
      port('LAB_PROXY_PORT', 18_475, 8474),
      port('LAB_BALANCER_PORT', 18_080, portOf('client>balancer')),
      ...clientPorts.map(at => port(at.variable, at.port, portOf(at.link))),
    ],
    networks: ['data', 'app'],
    depends_on: after('toxiproxy'),
    // Any answer will do: without the token it is 401.
    ...health(
      node,
      '-e',
      "fetch('http://127.0.0.1:8474/version').then(() => process.exit(0), () => process.exit(1))",
    ),
  },
  postgres: {
    '<<': common,
    image: image(images.postgres),
    user: '999:999',
    mem_limit: '512m',
    shm_size: '64m',
    environment: { POSTGRES_PASSWORD: secrets.password },
    volumes: [volume('postgres', '/var/lib/postgresql')],
    ports: [port('LAB_POSTGRES_PORT', 15_432, 5432)],
    networks: ['data'],
    ...health('pg_isready', '-h', '127.0.0.1', '-U', 'postgres'),
  },
  ...each(redisNodes, redis),
  ...each(sentinels, sentinel),
  payments: peer('payments', { apiKey: secrets.peers }),
  marketplace: peer('marketplace', {
    apiKeys: [{ key: secrets.peers, scopes: ['read', 'write'] }],
  }),
  smtp: peer('smtp', {}),
  ...each(shops, name => service(name, ['api', 'realtime'])),
  ...each(workers, name => service(name, ['worker'])),
  balancer: {
    '<<': common,
    image: image(images.haproxy),
    user: '99:99',
    command: ['-W', '-db', '-f', '/etc/haproxy.cfg'],
    configs: [file('balancer', '/etc/haproxy.cfg', balancerConfig)],
    tmpfs: ['/tmp:mode=1777'],
    networks: ['app'],
    depends_on: after(...shops),
    ...health('haproxy', '-c', '-f', '/etc/haproxy.cfg'),
  },
  prometheus: {
    '<<': common,
    image: image(images.prometheus),
    command: ['--config.file=/etc/prometheus.yml', '--storage.tsdb.path=/tmp/data'],
    configs: [file('prometheus', '/etc/prometheus.yml', stringify(prometheusConfig))],
    tmpfs: ['/tmp:mode=1777'],
    extra_hosts: ['host.docker.internal:host-gateway'],
    ports: [port('LAB_PROMETHEUS_PORT', 19_090, 9090)],
    networks: ['app'],
    ...health('promtool', 'query', 'instant', 'http://127.0.0.1:9090', 'up'),
  },
  grafana: {
    '<<': common,
    profiles: ['grafana'],
    image: image(images.grafana),
    environment: {
      GF_AUTH_ANONYMOUS_ENABLED: 'true',
      GF_SECURITY_ADMIN_PASSWORD: secrets.password,
    },
    configs: [
      file('grafana', '/etc/grafana/provisioning/datasources/lab.yml', stringify(grafanaSource)),
    ],
    ports: [port('LAB_GRAFANA_PORT', 13_000, 3000)],
    networks: ['app'],
    depends_on: after('prometheus'),
    ...health('wget', '-qO-', 'http://127.0.0.1:3000/api/health'),
  },
}

const network = { labels }

export const composedSystem = {
  name: 'resilience-lab',
  'x-common': common,
  services,
  networks: { app: network, data: network },
  volumes,
  configs,
  // For a network with a certificate authority of its own, while images are built.
  secrets: { ca: { file: variable('NODE_EXTRA_CA_CERTS', '/dev/null') } },
}
