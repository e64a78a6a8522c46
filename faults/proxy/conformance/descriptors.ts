import { execFileSync } from 'node:child_process'

/**
 * How many descriptors a process may have after raising what this user may raise: as root the hard
 * limit too, else the soft limit up to the hard one.
 */
export interface DescriptorLimit {
  readonly limit: number
  /** The hard limit as it is now: `limit` is at least so much, or all that was wanted. */
  readonly hard: number
  /** Runs the rest of the line with that limit. */
  readonly wrapper: readonly string[]
}

export function raisedDescriptors(wanted: number): DescriptorLimit {
  const raise = `ulimit -n ${wanted} 2>/dev/null || ulimit -n "$(ulimit -H -n)"`
  const [hard = 0, limit = 0] = told(`ulimit -H -n; ${raise}; ulimit -n`)
  return { limit, hard, wrapper: ['sh', '-c', `${raise}; exec "$@"`, 'sh'] }
}

function told(script: string): number[] {
  const lines = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n')
  return lines.map(line => (line === 'unlimited' ? Number.POSITIVE_INFINITY : Number(line)))
}
