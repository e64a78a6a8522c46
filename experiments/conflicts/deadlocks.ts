import { deadlock } from '../../faults/postgres/deadlock.ts'
import { delayAnswer } from '../../faults/postgres/delay-answer.ts'
import { loseAcknowledgement } from '../../faults/postgres/lose-acknowledgement.ts'
import {
  at,
  bounded,
  control,
  counterBounds,
  defence,
  errorRatio,
  experiment,
  goodput,
  noLostWrites,
  victimsDoneOnce,
} from '../../lab/index.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/standing.ts'
import { shop } from '../../targets/shop.ts'
import { onePerKey, ordered, steady } from '../../targets/workloads/order-promises.ts'
import { orders } from '../../targets/workloads/orders.ts'

const database = links(/^shop-/, 'postgres')
const looks = { on: { table: 'orders_products' } }
const commits = { on: { statement: 'COMMIT' }, hits: { every: 3 } }
const writes = { on: { writes: true }, hits: { every: 20 } }
const buying = orders({ perSecond: 10, products: 48, crossing: true, deadlineMs: 4_000 })

/**
 * Each basket is followed by one with the same two products the other way round. While the database
 * is quick they miss each other; once each look at a product takes 300 ms they meet with one row
 * locked each, or with the same stock read twice. Then deadlocks are reported where there was none.
 *
 * Scenarios: ORD-03, ORD-07
 */
export default experiment({
  title: 'Purchases that cross each other all end well, and nothing is sold twice',
  because: 'In a sale everybody wants the same things at once, and nobody may be sent away for it.',
  target: shop(twoInstances),
  steadyState: steady(buying),
  workloads: [buying],
  schedule: [
    at('500ms', delayAnswer(database, '300ms', looks), {
      ...{ name: 'crossing', for: '5s', within: '500ms', least: 100, leastEach: 40 },
    }),
    at('6s', deadlock(database, writes), {
      ...{ name: 'victims', for: '4s', within: '500ms', least: 8, leastEach: 3 },
    }),
  ],
  baseline: '4s',
  recoverWithin: '10s',
  abortWhen: [errorRatio(buying).above(0.9).for('10s')],
  checks: {
    noDeadlock: bounded('postgres', 'deadlocks', { growsAtMost: 0 }),
    victims: victimsDoneOnce(buying, {
      ...onePerKey,
      links: ({ name }) => /^shop-\d+>p/.test(name),
    }),
    confirmedStock: counterBounds(buying, ordered),
    kept: noLostWrites(buying, onePerKey),
    // Four looks of 300 ms, after those of the twin, and room for a machine that is busy.
    served: goodput(buying, { atLeast: 0.99, answeredWithin: '3s' }),
  },
  defences: [
    // A deadlock is found after a second, in which two connections of the pool are held.
    defence('lock-order', { breaks: 'noDeadlock', mayAlsoBreak: ['served', 'victims'] }),
    defence('transaction-retry', { breaks: 'victims', mayAlsoBreak: ['served'] }),
    defence('stock-lock', { breaks: 'confirmedStock' }),
  ],
  controls: [
    control('lost commits that are taken for refusals', {
      ...{ breaks: 'kept', mayAlsoBreak: ['served', 'victims', 'confirmedStock'] },
      strikes: [at('1s', loseAcknowledgement(database, commits), { for: '3s' })],
      target: shop<unknown, unknown>({
        ...twoInstances,
        config: { defencesOff: ['proved-outcomes', 'idempotency-keys'] },
      }),
    }),
    control('looks that take two seconds', {
      ...{ breaks: 'served', mayAlsoBreak: ['victims'] },
      strikes: [at('7s', delayAnswer(database, '2s', looks), { for: '3s' })],
    }),
  ],
})
