import { execFileSync } from 'node:child_process'

/**
 * How many descriptors a process may have after raising what this user may raise: as root the hard
 * limit too, else the soft limit up to the hard one.
 */
export interface DescriptorLimit {
  readonly limit: number
  /** Runs the rest of the line with that limit. */
  readonly wrapper: readonly string[]
}

export function raisedDescriptors(wanted: number): DescriptorLimit {
  const raise = `ulimit -n ${wanted} 2>/dev/null || ulimit -n "$(ulimit -H -n)"`
  const told = execFileSync('sh', ['-c', `${raise}; ulimit -n`], { encoding: 'utf8' }).trim()
  const limit = told === 'unlimited' ? wanted : Number(told)
  return { limit, wrapper: ['sh', '-c', `${raise}; exec "$@"`, 'sh'] }
}
