import type { Runtime } from '../base/runtime.ts'
import { findEngine } from '../containers/engine.ts'
import type { Need } from '../model/need.ts'
import { examineMeans } from './means.ts'

/** Why this machine, or this run's settings, cannot meet a need; undefined where it can. */
export type Capabilities = (need: Need) => Promise<string | undefined>

/** Tries the machine's means when the first fault asks for one, and remembers the answer. */
export function capabilitiesOf(settings: {
  readonly proxy?: 'embedded' | 'toxiproxy'
  readonly runtime?: Runtime
}): Capabilities {
  let examined: ReturnType<typeof examineMeans> | undefined
  return async need => {
    if (need === 'embedded-proxy') {
      return settings.proxy === 'toxiproxy'
        ? 'the real Toxiproxy knows only its own toxics; run without --proxy toxiproxy'
        : undefined
    }
    if (settings.runtime === 'docker') {
      if (need === 'pause') return (await findEngine()).lacks.pause
      return 'containers do not offer it; run without --runtime docker'
    }
    if (need === 'pause') return undefined
    examined ??= examineMeans()
    const means = (await examined).find(one => one.need === need)
    if (!means) return 'nothing on this machine offers it'
    return means.able ? undefined : means.why
  }
}
