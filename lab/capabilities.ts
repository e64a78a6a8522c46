import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Need } from './fault.ts'

/** Why this machine, or this run's settings, cannot meet a need; undefined where it can. */
export type Capabilities = (need: Need) => Promise<string | undefined>

const run = promisify(execFile)

/** Tries each means for real, since user namespaces and preloads may be forbidden anywhere. */
export function capabilitiesOf(settings: {
  readonly proxy?: 'embedded' | 'toxiproxy'
}): Capabilities {
  return async need => {
    switch (need) {
      case 'embedded-proxy':
        return settings.proxy === 'toxiproxy'
          ? 'the real Toxiproxy knows only its own toxics; run without --proxy toxiproxy'
          : undefined
      case 'root':
        return process.getuid?.() === 0 ? undefined : 'this fault needs to run as root'
      case 'network-namespace':
        return works('unshare', ['-Urn', 'true'], 'network namespaces are not allowed here')
      case 'limited-disk':
        return works(
          'unshare',
          ['-Urm', 'mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/mnt'],
          'a file system of limited size cannot be mounted here',
        )
      case 'clock-shim':
        return works('faketime', ['-f', '+1s', 'true'], 'libfaketime is not installed')
    }
  }
}

async function works(
  command: string,
  args: readonly string[],
  otherwise: string,
): Promise<string | undefined> {
  try {
    await run(command, [...args], { timeout: 5_000 })
    return undefined
  } catch {
    return `${otherwise} (tried: ${command} ${args.join(' ')})`
  }
}
