import { misbehave } from '../../faults/peer/misbehave.ts'
import { corruptReply } from '../../faults/redis/corrupt-reply.ts'
import {
  after,
  alertFires,
  answersBelong,
  at,
  atMost,
  control,
  defence,
  errorRatio,
  experiment,
  honestRefusals,
  hypothesis,
  noLostWrites,
  p95,
} from '../../lab/index.ts'
import { links, marketplace } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/two-instances.ts'
import { answeredSku, askedSku, market } from '../../targets/workloads/market.ts'

const target = twoInstances(['marketplace'])
const people = market({ perSecond: 24, buying: 20, deadlineMs: 3_000 })
const toRedis = links(/^shop-\d+$/, 'redis')
const copies = { command: 'GET', key: 'marketplace:product:*' }
/** Where in Redis's reply a copy names its product. */
const skuAt = '$123\r\n{"product":{"sku":"'.length
const while3s = { for: '3s', least: 4 } as const
const then = { once: 'healed' as const, ...while3s }

/**
 * What a third party sends is seldom nothing: it is half an answer, one that drips, a page of HTML
 * from its load balancer, or JSON that ends in the middle. Each comes for three seconds, to whoever
 * looks and to whoever buys; a purchase whose answer is broken has happened there.
 *
 * Scenarios: MKT-02
 */
export default experiment({
  title:
    'Answers that are cut, slow, mistyped or garbled are refused in time, and nothing of them stays',
  because:
    'Half an answer that is believed is shown, stored and sold; one that drips is waited for.',
  target,
  steadyState: [
    hypothesis('the marketplace answers quickly', p95(people), atMost('600ms')),
    hypothesis('nearly all goes well', errorRatio(people), atMost(0.02)),
  ],
  workloads: [people],
  baseline: '3s',
  steadyWithin: '30s',
  schedule: [
    at('500ms', misbehave(marketplace, { kind: 'cut-body', afterBytes: 10 }), {
      ...{ name: 'cut', ...while3s },
    }),
    after('cut', '1s', misbehave(marketplace, { kind: 'slow-body', bytesPerSecond: 20 }), {
      ...{ name: 'slow', ...then },
    }),
    after(
      'slow',
      '1s',
      misbehave(marketplace, { kind: 'content-type', contentType: 'text/html' }),
      {
        ...{ name: 'mistyped', ...then },
      },
    ),
    after('mistyped', '1s', misbehave(marketplace, { kind: 'invalid-json' }), {
      ...{ name: 'garbled', ...then },
    }),
  ],
  abortWhen: [],
  checks: {
    // Three attempts of 400 ms and their pauses, behind others who wait for the same.
    honest: honestRefusals(people, { deadlineMs: 2_400 }),
    kept: noLostWrites(people, { write: 'buy' }),
    whole: answersBelong(people, { asked: askedSku, echoed: answeredSku }),
    noticed: alertFires({ name: 'CircuitBreakerOpen', within: '8s', resolvesWithin: '10s' }),
  },
  defences: [defence('marketplace-timeouts', { breaks: 'honest' })],
  controls: [
    control('a marketplace that says no and sells', {
      breaks: 'kept',
      strikes: [
        after(
          'garbled',
          '1s',
          misbehave(marketplace, { kind: 'status', status: 409, after: true, on: 'POST /orders' }),
          { name: 'two-faced', once: 'healed', for: '2s' },
        ),
      ],
    }),
    control('copies with one letter changed', {
      breaks: 'whole',
      mayAlsoBreak: ['honest'],
      strikes: [
        after('garbled', '500ms', corruptReply(toRedis, skuAt, { on: copies }), { for: '2s' }),
      ],
    }),
  ],
})
