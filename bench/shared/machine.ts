import { readFileSync } from 'node:fs'
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'

/** What a reader must know to compare figures from elsewhere. */
export function machine(): Readonly<Record<string, string>> {
  const [load = 0] = loadavg()
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    scheduling: scheduling(),
    load: `${load.toFixed(1)} at the start (other work on the machine moves the rates)`,
  }
}

/** Linux: whether the run was given more than its share of the processors, and how. */
function scheduling(): string {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    // The name in brackets may hold spaces; the fields after it do not.
    const policy = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]
    if (policy !== '0') return `real time (policy ${policy})`
    const [, nice = '0'] = / nice (-?\d+)/.exec(readFileSync('/proc/self/autogroup', 'utf8')) ?? []
    return nice === '0' ? 'normal' : `normal, the run as a whole at nice ${nice}`
  } catch {
    return 'unknown'
  }
}
