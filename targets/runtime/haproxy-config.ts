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
  /**
   * Answers 2xx while the instance may get requests, 404 once it is to get none that are new and ends
   * those it has, anything else when it is to be cut off: `/health/traffic`.
   */
  readonly healthPath: string
  /** Requests whose path begins so; none: all that no other pool takes. */
  readonly paths?: readonly string[]
  /**
   * Requests at one member at once; more wait here for 10 s, where waiting costs next to nothing and
   * health is still answered for. Default: no bound, as web sockets need.
   */
  readonly atOnce?: number
}

export interface HaproxyPorts {
  /** Default 127.0.0.1; in a container all of its own: 0.0.0.0. */
  readonly host?: string
  readonly traffic: number
  readonly metrics: number
  /** Where it is commanded; default `unix@admin`, in the folder the process runs in. */
  readonly admin?: string
}

/** The admin socket, in the folder the process runs in: who may not enter that cannot command it. */
export const adminSocket = 'admin'

/**
 * Health is asked for every 250 ms; two bad answers take a member out, two good ones take it back, and
 * one that says it is leaving gets nothing new from then on.
 * Connections to members are kept and shared. A request that reached no member is tried at another,
 * and a read that got no answer (its connection may just have been closed as idle); what a member
 * may have begun else is not repeated here, but by the client that knows whether it may. What a
 * member that went out still works on is cut, so that nobody waits for a frozen one: one that
 * has closed its listener has half a second more. Nobody waits longer than they said in
 * `x-deadline-ms`, and what the balancer itself refuses is a problem with a code, as the service's.
 */
/** So much longer than a caller's deadline an instance may take to refuse by itself. */
const graceMs = 250

/** What the balancer answers by itself, as the service words its own problems. */
const problems = {
  502: { code: 'instance-failed', title: 'The instance ended before it answered.' },
  503: { code: 'no-instance', title: 'No instance takes requests now.' },
  504: { code: 'instance-too-slow', title: 'The instance did not answer in time.' },
} as const

export function haproxyConfig(pools: readonly Pool[], ports: HaproxyPorts): string {
  const { host = '127.0.0.1', admin = `unix@${adminSocket}` } = ports
  const mode = admin.startsWith('unix@') ? ' mode 600' : ''
  return `global
  stats socket ${admin}${mode} level admin
  stats timeout 1m

defaults
  mode http
  log stdout format raw local0
  option httplog
  option redispatch 1
  option http-keep-alive
  http-reuse always
  option forwardfor
  retries 3
  retry-on conn-failure empty-response
  timeout connect 500ms
  timeout client 60s
  timeout server 60s
  timeout http-request 10s
  timeout http-keep-alive 60s
  timeout queue 10s
  timeout tunnel 1h
${Object.entries(problems).map(problem).join('\n')}

frontend traffic
  bind ${host}:${ports.traffic}
  http-request disable-l7-retry if !{ method GET HEAD }
${pools.map(useBackend).join('\n')}

frontend metrics
  bind ${host}:${ports.metrics}
  option dontlog-normal
  http-request use-service prometheus-exporter

${pools.map(backend).join('\n')}`
}

/** May be done all the same: HAProxy says 503, too, of a request that it took back from an instance. */
function problem([status, { code, title }]: [string, { code: string; title: string }]): string {
  const body = {
    type: `urn:problem:${code}`,
    status: Number(status),
    code,
    title,
    outcome: 'unknown',
  }
  const type = 'content-type application/problem+json hdr retry-after 1'
  return `  http-error status ${status} ${type} string '${JSON.stringify(body)}'`
}

function useBackend({ name, paths }: Pool): string {
  if (!paths) return `  default_backend ${name}`
  return `  use_backend ${name} if { path_beg ${paths.join(' ')} }`
}

function backend({ name, members, healthPath, atOnce }: Pool): string {
  const check = 'check inter 250ms fall 2 rise 2 on-marked-down shutdown-sessions'
  const bound = atOnce === undefined ? '' : ` maxconn ${atOnce}`
  return `backend ${name}
  balance leastconn
  option httpchk GET ${healthPath}
  http-check disable-on-404
  http-check expect rstatus ^2
  timeout check 1s
  http-request set-timeout server req.hdr(x-deadline-ms),add(${graceMs}) if { req.hdr(x-deadline-ms) -m int 1:10000 }
  default-server ${check}${bound}
${members.map(it => `  server ${it.name} ${it.host}:${it.port}`).join('\n')}
`
}
