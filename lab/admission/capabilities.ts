import { findEngine } from '../containers/engine.ts'
import type { Need } from '../model/need.ts'
import { examineMeans } from './means.ts'
import { type RunSetting, settingRefusal } from './setting-refusal.ts'

/** Why this machine, or this run's settings, cannot meet a need; undefined where it can. */
export type Capabilities = (need: Need) => Promise<string | undefined>

/** Tries the machine's means when the first fault asks for one, and remembers the answer. */
export function capabilitiesOf(settings: RunSetting): Capabilities {
  let examined: ReturnType<typeof examineMeans> | undefined
  return async need => {
    const refusal = settingRefusal(need, settings)
    if (refusal !== undefined || need === 'embedded-proxy') return refusal
    if (need === 'data-folder' || need === 'own-process') return undefined
    if (need === 'pause') {
      return settings.runtime === 'docker' ? (await findEngine()).lacks.pause : undefined
    }
    examined ??= examineMeans()
    const means = (await examined).find(one => one.need === need)
    if (!means) return 'nothing on this machine offers it'
    return means.able ? undefined : means.why
  }
}
