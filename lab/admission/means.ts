import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { promisify } from 'node:util'
import { messageOf } from '../base/errors.ts'
import { findEngine } from '../containers/engine.ts'
import type { Need } from '../model/need.ts'

/** Something a fault may need of the machine: there, or not there for a reason. */
export type Means = {
  readonly name: string
  /** Which faults it makes possible. */
  readonly faults: string
  /** The need of a fault it serves, where there is one. */
  readonly need?: Need
} & (
  | { readonly able: true; readonly detail: string }
  | { readonly able: false; readonly why: string }
)

const run = promisify(execFile)
const probeWithinMs = 5_000

/** Tries each means for real, in namespaces of its own, since what is installed may be forbidden. */
export async function examineMeans(): Promise<readonly Means[]> {
  const root = process.getuid?.() === 0
  return Promise.all([
    Promise.resolve<Means>({
      name: 'signals to own processes',
      faults: 'kill, pause',
      able: true,
      detail: 'everywhere',
    }),
    Promise.resolve<Means>({
      name: 'embedded proxy',
      faults:
        'latency, bandwidth, packet loss, black hole, half-open, FIN, reset, down; single messages',
      need: 'embedded-proxy',
      able: true,
      detail: 'everywhere',
    }),
    Promise.resolve<Means>({
      name: 'root',
      faults: 'what needs privileges',
      need: 'root',
      ...(root ? { able: true, detail: 'you are root' } : { able: false, why: 'you are not root' }),
    }),
    tryShell('prlimit', 'descriptors used up', 'prlimit --version', 'limited-descriptors'),
    tryShell(
      'network namespace',
      'refused, dropped and reset packets of a whole host',
      inNamespace('n', 'ip link set lo up'),
      'network-namespace',
    ),
    tryShell(
      'iptables in a namespace',
      'packet loss, REJECT',
      inNamespace('n', 'iptables -A INPUT -p tcp --dport 9 -j DROP'),
    ),
    tryShell(
      'tc netem in a namespace',
      'latency and loss in the kernel (else by the proxy)',
      inNamespace('n', 'tc qdisc add dev lo root netem delay 1ms'),
    ),
    tryShell(
      'tmpfs of limited size',
      'disk full',
      inNamespace('m', 'mount -t tmpfs -o size=1m none /mnt'),
      'limited-disk',
    ),
    cgroups(),
    tryShell('libfaketime', 'clock jumps and skew', findFaketime, 'clock-shim'),
    containerEngine(),
  ])
}

/** Asks the engine itself: a `docker` command alone is none. */
async function containerEngine(): Promise<Means> {
  const means = { name: 'container engine', faults: 'containers as targets: --runtime docker' }
  return findEngine().then(
    ({ name, version, apiVersion, lacks }): Means => {
      const detail = [`${name} ${version}, API ${apiVersion}`, ...Object.values(lacks)].join('; ')
      return { ...means, able: true, detail }
    },
    (error: unknown): Means => ({ ...means, able: false, why: messageOf(error) }),
  )
}

const findFaketime = 'ls /usr/lib/*/faketime/libfaketime.so.1 /opt/homebrew/lib/faketime/*.dylib'

/** Root makes the namespace itself; anybody else needs a user namespace around it. */
function inNamespace(kind: 'n' | 'm', command: string): string {
  const user = process.getuid?.() === 0 ? '' : 'Ur'
  return `unshare -${user}${kind} sh -c '${command}'`
}

async function tryShell(
  name: string,
  faults: string,
  command: string,
  need?: Need,
): Promise<Means> {
  const means = { name, faults, ...(need && { need }) }
  try {
    const { stdout } = await run('sh', ['-c', command], { timeout: probeWithinMs })
    return { ...means, able: true, detail: stdout.trim().split('\n')[0] ?? '' }
  } catch (error) {
    return { ...means, able: false, why: firstLine(error) }
  }
}

async function cgroups(): Promise<Means> {
  const means = { name: 'cgroups', faults: 'CPU and memory of one server squeezed' }
  for (const folder of ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup']) {
    const able = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    )
    if (able) return { ...means, able, detail: folder }
  }
  return { ...means, able: false, why: '/sys/fs/cgroup cannot be written to' }
}

function firstLine(error: unknown): string {
  const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
  const [line = ''] = (stderr === '' ? String(error) : stderr).split('\n')
  return line.replace(/^(sh: )?(\d+: |line \d+: )?/, '')
}
