import { blackHole } from '../../faults/network/black-hole.ts'
import { pause } from '../../faults/process/pause.ts'
import {
  at,
  atMost,
  control,
  experiment,
  honestRefusals,
  hypothesis,
  p95,
  recovers,
} from '../../lab/index.ts'
import { instance, links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { seatOf } from '../../targets/workloads/endpoints.ts'
import { settings } from '../../targets/workloads/settings.ts'

const changing = settings({ perSecond: 30, withinMs: 1_500 })

/**
 * One instance loses its database while somebody goes on changing the settings, some of them badly. It
 * must not answer from what it still remembers for longer than it may, and afterwards agree again by itself.
 * Scenarios: PLT-01, PLT-02
 */
export default experiment({
  title: 'Instances agree again on settings that changed while one of them was cut off',
  because:
    'A switch that is off on one instance and on at the other is worse than one that does not work.',
  target: twoInstances([]),
  steadyState: [hypothesis('settings are answered quickly', p95(changing), atMost('300ms'))],
  workloads: [changing],
  baseline: '5s',
  schedule: [
    at('500ms', blackHole(links('shop-2', 'postgres')), {
      ...{ name: 'cut-off', for: '6s', within: '500ms', least: 3 },
    }),
  ],
  duration: '14s',
  recoverWithin: '20s',
  abortWhen: [],
  checks: {
    agreed: recovers(changing, { from: 'cut-off', within: '2500ms', share: 0.97, by: seatOf(2) }),
    // Half a second more for a busy machine: it is about what is said, not how soon.
    honest: honestRefusals(changing, { deadlineMs: 1_800 }),
  },
  defences: [],
  controls: [
    control('an instance that looks for changes once in half a minute', {
      ...{ breaks: 'agreed', mayAlsoBreak: ['honest'] },
      target: twoInstances([], { 'live-settings': { withinMs: 60_000 } }),
    }),
    control('an instance that stands still', {
      breaks: 'honest',
      strikes: [at('2s', pause(instance(1)), { for: '3s' })],
    }),
  ],
})
