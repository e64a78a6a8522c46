import { called } from '../base/installation.ts'
import type { Experiment } from '../model/experiment.ts'
import type { Need } from '../model/need.ts'
import type { LabSystem } from '../model/target.ts'
import type { Capabilities } from './capabilities.ts'
import { everyStrike } from './time-refusals.ts'

/** What an experiment needs and the machine does not offer. */
export interface Lacking {
  readonly need: Need
  /** What was found when it was tried. */
  readonly why: string
  /** The line that brings it. */
  readonly bring: string
}

/** How to come by each need, for people to copy. */
const bringing: Readonly<Partial<Record<Need, string>>> = {
  'network-namespace':
    'run as root, or: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0',
  'limited-disk': 'run as root, in a container with --cap-add SYS_ADMIN',
  'limited-memory': 'run as root, where /sys/fs/cgroup can be written to',
  'limited-descriptors': 'sudo apt-get install -y util-linux',
  'clock-shim': 'sudo apt-get install -y libfaketime',
  root: 'run as root',
  'embedded-proxy': 'run without --proxy toxiproxy',
  'data-folder': 'run without --runtime docker',
  'own-process': 'run without --runtime docker',
  pause: 'an engine with cgroups: not rootless, or with cgroup version 2',
}

/** Everything the strikes of an experiment and of its controls need, and this machine lacks. */
export async function lackingOf<System extends LabSystem>(
  plan: Experiment<System>,
  capabilities: Capabilities,
): Promise<readonly Lacking[]> {
  const needs = new Set(everyStrike(plan).flatMap(({ fault }) => fault.needs))
  const lacking: Lacking[] = []
  for (const need of needs) {
    const why = await capabilities(need)
    if (why !== undefined)
      lacking.push({ need, why, bring: bringing[need] ?? `see ${called('doctor')}` })
  }
  return lacking
}

/**
 * Whether the environment demands that nothing is left out: `LAB_REQUIRE`, a list by comma, has
 * `experiments`, or the need itself.
 */
export function isRequired(needs: readonly string[]): boolean {
  const required = (process.env.LAB_REQUIRE ?? '').toLowerCase().split(/[\s,]+/)
  return ['experiments', ...needs].some(name => required.includes(name))
}
