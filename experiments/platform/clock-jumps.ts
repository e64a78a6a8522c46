import { down } from '../../faults/network/down.ts'
import { pause } from '../../faults/process/pause.ts'
import { clockOffset } from '../../faults/program/clock-offset.ts'
import {
  after,
  at,
  atMost,
  control,
  defence,
  experiment,
  goodput,
  honestRefusals,
  hypothesis,
  p95,
  recovers,
} from '../../lab/index.ts'
import { instance, links, program } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { checkout } from '../../targets/workloads/checkout.ts'
import { settings } from '../../targets/workloads/settings.ts'

const signedIn = settings({ perSecond: 25, withinMs: 1_500 })
const buying = checkout({ perSecond: 20 })
const anHour = clockOffset(program(1), { ahead: '3600s' })

/**
 * The clock of one instance is set ahead while it runs: first by just as much as a token lives, and then
 * by an hour. Tokens may end early by what is beyond the leeway, and are honestly refused then; nothing
 * that is measured (deadlines, breakers, time-outs) may go by the time of day.
 * Scenarios: PLT-06, ACC-07
 */
export default experiment({
  title: 'A clock that jumps on one instance ends tokens there at worst, and nothing else',
  because: 'Clocks are set by people and by NTP at any moment, and no two machines agree.',
  target: twoInstances([]),
  steadyState: [
    hypothesis('settings are answered quickly', p95(signedIn), atMost('300ms')),
    hypothesis('checkout answers quickly', p95(buying), atMost('400ms')),
  ],
  workloads: [signedIn, buying],
  baseline: '5s',
  schedule: [
    at('500ms', clockOffset(program(1), { ahead: '310s' }), {
      ...{ name: 'fast', for: '4s', within: '500ms', least: 10 },
    }),
    at('6s', anHour, { name: 'jump', for: '4s', within: '500ms', least: 10 }),
  ],
  recoverWithin: '15s',
  abortWhen: [],
  checks: {
    welcome: goodput(signedIn, { during: 'fast', atLeast: 0.96 }),
    // Half a second more for a busy machine: it is about what is said, not how soon.
    honest: honestRefusals(signedIn, { deadlineMs: 1_800 }),
    buyers: goodput(buying, { atLeast: 0.95 }),
    back: recovers(signedIn, { from: 'jump', within: '1s', share: 0.96 }),
  },
  defences: [defence('clock-leeway', { breaks: 'welcome' })],
  controls: [
    control('an instance that stands still', {
      ...{ breaks: 'honest', mayAlsoBreak: ['buyers', 'welcome'] },
      strikes: [at('2s', pause(instance(1)), { for: '3s' })],
    }),
    control('an instance without Redis', {
      ...{ breaks: 'buyers', mayAlsoBreak: ['welcome', 'honest'] },
      strikes: [at('2s', down(links('shop-1', 'redis')), { for: '3s' })],
    }),
    control('a clock that jumps again', {
      breaks: 'back',
      strikes: [after('jump', '300ms', anHour, { once: 'healed', for: '3s' })],
    }),
  ],
})
