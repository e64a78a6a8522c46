import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'

/** What a reader must know to compare figures from elsewhere. */
export function machine(): Readonly<Record<string, string>> {
  const [load = 0] = loadavg()
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    load: `${load.toFixed(1)} at the start (other work on the machine moves the rates)`,
  }
}
