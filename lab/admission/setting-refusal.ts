import type { Runtime } from '../base/runtime.ts'
import type { Need } from '../model/need.ts'

/** What of a run's settings decides which faults it can make. */
export interface RunSetting {
  readonly proxy?: 'embedded' | 'toxiproxy'
  readonly runtime?: Runtime
}

const inContainers: Readonly<Partial<Record<Need, string>>> = {
  'data-folder': 'files in a container are not of this machine',
  'own-process': 'processes in a container are not told by their number here',
}

/** Why no machine could meet a need in this setting; undefined where one can. */
export function settingRefusal(
  need: Need,
  { proxy = 'embedded', runtime = 'embedded' }: RunSetting,
): string | undefined {
  if (need === 'embedded-proxy') {
    return proxy === 'toxiproxy'
      ? 'the real Toxiproxy knows only its own toxics; run without --proxy toxiproxy'
      : undefined
  }
  if (runtime === 'external' && need !== 'pause') {
    return 'the lab did not start the system, and cannot set it up for that; run without --runtime external'
  }
  if (runtime === 'docker' && need !== 'pause') {
    return `${inContainers[need] ?? 'containers do not offer it'}; run without --runtime docker`
  }
  return undefined
}
