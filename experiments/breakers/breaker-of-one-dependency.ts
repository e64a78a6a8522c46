import { latency } from '../../faults/network/latency.ts'
import { misbehave } from '../../faults/peer/misbehave.ts'
import {
  at,
  atMost,
  breaker,
  bystandersUnharmed,
  callsAtOnce,
  control,
  defence,
  detectedWithin,
  errorRatio,
  experiment,
  goodput,
  hypothesis,
  type Link,
  p95,
} from '../../lab/index.ts'
import { links, marketplace } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { checkout } from '../../targets/workloads/checkout.ts'
import { market } from '../../targets/workloads/market.ts'

const buyers = checkout({ perSecond: 15 })
const lookers = market({ perSecond: 80, deadlineMs: 3_000 })
const toMarketplace = ({ name }: Pick<Link, 'name'>) => /^shop-\d+>marketplace$/.test(name)

/**
 * One sick dependency takes the others with it by what they share: threads, connections, patience. For
 * eight seconds the marketplace takes every request and answers none, while people go on to buy what
 * the shop has itself, which needs Postgres and Redis and no marketplace.
 *
 * Scenarios: API-04, MKT-04
 */
export default experiment({
  title: 'A marketplace that hangs harms nobody who does not need it, and few of those who do',
  because:
    'The checkout that goes down with a third party is the outage that nobody had planned for.',
  target: twoInstances(['marketplace']),
  steadyState: [
    hypothesis('checkout answers quickly', p95(buyers), atMost('400ms')),
    hypothesis('products are shown quickly', p95(lookers), atMost('400ms')),
    hypothesis('nearly every checkout succeeds', errorRatio(buyers), atMost(0.02)),
  ],
  workloads: [buyers, lookers],
  baseline: '5s',
  steadyWithin: '30s',
  schedule: [
    at('500ms', misbehave(marketplace, { kind: 'hang' }), {
      ...{ name: 'silent', for: '8s', within: '500ms', least: 16 },
    }),
  ],
  abortWhen: [],
  checks: {
    // Two cores are shared by all processes, so that p99 moves by itself.
    bystanders: bystandersUnharmed(buyers, { p99SlackMs: 300, moreErrors: 0.02 }),
    alone: breaker({
      name: 'marketplace',
      links: toMarketplace,
      guards: (instance, { link }) => link === `${instance}>marketplace`,
      // A probe is one look, which may ask three times.
      probes: 3,
      openAtLeastMs: 800,
    }),
    // One attempt of 400 ms, for some two more; people would wait for three seconds.
    noticed: detectedWithin({
      ...{ from: 'silent', within: '2s', instances: ['shop-1', 'shop-2'] },
      sign: ({ event, detail }) =>
        event === 'breaker' && /"marketplace".*"open"/.test(JSON.stringify(detail)),
    }),
    // Eight, and some that were given up but are not closed yet; sixteen come while one times out.
    crowd: callsAtOnce({ links: toMarketplace, atMost: 10 }),
    // A copy at once, and not after a time-out.
    quick: goodput(lookers, { atLeast: 0.7, answeredWithin: '380ms' }),
  },
  defences: [
    defence('circuit-breaker', { breaks: 'quick', mayAlsoBreak: ['noticed'] }),
    defence('marketplace-bulkhead', { breaks: 'crowd' }),
    defence('marketplace-timeouts', { breaks: 'noticed', mayAlsoBreak: ['quick'] }),
  ],
  controls: [
    control('a database that is slow as well', {
      breaks: 'bystanders',
      strikes: [at('2s', latency(links(/^shop-\d+$/, 'postgres'), '400ms'), { for: '4s' })],
    }),
    control('a breaker that opens for 200 ms', {
      breaks: 'alone',
      mayAlsoBreak: ['quick'],
      target: twoInstances(['marketplace'], { 'circuit-breaker': { resetMs: 200 } }),
    }),
  ],
})
