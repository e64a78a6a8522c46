export interface Member {
  /** Unique within its pool. */
  readonly name: string
  readonly host: string
  readonly port: number
}

/** Instances of one kind, among which requests are shared out. */
export interface Pool {
  readonly name: string
  readonly members: readonly Member[]
  /** Answers 2xx while the instance may get requests: `/health/ready`. */
  readonly healthPath: string
  /** Requests whose path begins so; none: all that no other pool takes. */
  readonly paths?: readonly string[]
}

export interface HaproxyPorts {
  readonly traffic: number
  readonly admin: number
  readonly metrics: number
}

/**
 * Health is asked for every 250 ms; two bad answers take a member out, two good ones take it back.
 * Only a request that reached no member is tried at another: what a member may have begun is not
 * repeated here, but by the client that knows whether it may.
 */
export function haproxyConfig(pools: readonly Pool[], ports: HaproxyPorts): string {
  return `global
  stats socket ipv4@127.0.0.1:${ports.admin} level admin
  stats timeout 1m

defaults
  mode http
  log stdout format raw local0
  option httplog
  option redispatch 1
  option http-server-close
  option forwardfor
  retries 3
  retry-on conn-failure
  timeout connect 500ms
  timeout client 60s
  timeout server 60s
  timeout http-request 10s
  timeout queue 2s
  timeout tunnel 1h

frontend traffic
  bind 127.0.0.1:${ports.traffic}
${pools.map(useBackend).join('\n')}

frontend metrics
  bind 127.0.0.1:${ports.metrics}
  option dontlog-normal
  http-request use-service prometheus-exporter

${pools.map(backend).join('\n')}`
}

function useBackend({ name, paths }: Pool): string {
  if (!paths) return `  default_backend ${name}`
  return `  use_backend ${name} if { path_beg ${paths.join(' ')} }`
}

function backend({ name, members, healthPath }: Pool): string {
  const check = 'check inter 250ms fall 2 rise 2 on-marked-down shutdown-sessions'
  return `backend ${name}
  balance leastconn
  option httpchk GET ${healthPath}
  http-check expect rstatus ^2
  timeout check 1s
  default-server ${check}
${members.map(it => `  server ${it.name} ${it.host}:${it.port}`).join('\n')}
`
}
