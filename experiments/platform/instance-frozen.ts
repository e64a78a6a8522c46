import { blackHole } from '../../faults/network/black-hole.ts'
import { pause } from '../../faults/process/pause.ts'
import {
  at,
  atMost,
  control,
  equals,
  errorRatio,
  experiment,
  honestRefusals,
  hypothesis,
  recovers,
  type Target,
} from '../../lab/index.ts'
import { singlePostgres } from '../../targets/shop/postgres-layouts.ts'
import { singleRedis } from '../../targets/shop/redis-layouts.ts'
import { instance, links, membersAway } from '../../targets/shop/selectors.ts'
import { type Shop, shop } from '../../targets/shop.ts'
import { checkout, checkoutDeadlineMs } from '../../targets/workloads/checkout.ts'

const standing = (instances: number): Target<Shop> =>
  shop({ postgres: singlePostgres(), redis: singleRedis(), instances, balancer: true })
const buying = checkout({ perSecond: 30 })

/**
 * A frozen process is worse than a dead one: it still takes connections, and then nothing comes. The
 * balancer has to answer for it by the deadline of whoever waits, leave it out, and take it back.
 * Scenarios: PLT-03
 */
export default experiment({
  title: 'A frozen instance is left out, and taken back when it goes on',
  because: 'One process in a long pause otherwise takes every second customer with it.',
  target: standing(2),
  steadyState: [
    hypothesis('nearly every checkout succeeds', errorRatio(buying), atMost(0.01)),
    hypothesis('the balancer leaves no instance out', membersAway, equals(0)),
  ],
  workloads: [buying],
  schedule: [at('500ms', pause(instance(1)), { for: '7s', within: '500ms' })],
  baseline: '3s',
  recoverWithin: '15s',
  abortWhen: [errorRatio(buying).above(0.95).for('15s')],
  checks: {
    // The balancer gives an instance 250 ms beyond the deadline to refuse by itself.
    prompt: honestRefusals(buying, {
      deadlineMs: checkoutDeadlineMs + 400,
      // What it takes back from an instance that it has just left out, it can only cut.
      typed: ({ ended }) => ended === 'refused' || ended === 'cut',
    }),
    // Two health checks that wait a second each, and a quarter between them.
    leftOut: recovers(buying, { from: 'pause', within: '4s', unaided: true }),
  },
  defences: [],
  controls: [
    control('a balancer that is heard by nobody', {
      breaks: 'prompt',
      strikes: [at('1s', blackHole(links('client', 'balancer')), { for: '1500ms' })],
    }),
    control('an instance that nobody stands in for', { breaks: 'leftOut', target: standing(1) }),
  ],
})
