import { readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** What a process is for, by what its command line says. The first that fits. */
const kinds = [
  ['service', /targets\/service\/|\/service\.mjs/],
  ['proxy', /faults\/proxy\/|\/proxy\.mjs/],
  ['guardian', /lab\/guardian\//],
  ['lab', /lab\/cli\//],
  ['peers', /targets\/\w+\/main\.ts|programs\/.*\.mjs/],
  ['postgres', /postgres/],
  ['other servers', /redis-server|mariadbd|clickhouse|haproxy/],
  ['tests', /vitest/],
  ['other', /./],
] as const

export interface ProcessLook {
  readonly kind: string
  /** Since its start, and what its children took that have ended. */
  readonly cpuSeconds: number
  readonly childrenCpuSeconds: number
}

/** What a process is and has used so far (Linux). Throws when it has ended. */
export function lookAt(pid: number): ProcessLook {
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8')
  const command = read('cmdline').replaceAll('\0', ' ')
  const stat = read('stat')
  // Counted from behind the name, which may hold anything: utime, stime, cutime, cstime.
  const [own = 0, system = 0, children = 0, theirSystem = 0] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
    .map(Number)
  return {
    kind: kinds.find(([, pattern]) => pattern.test(command))?.[0] ?? 'other',
    cpuSeconds: (own + system) / ticksPerSecond,
    childrenCpuSeconds: (children + theirSystem) / ticksPerSecond,
  }
}
