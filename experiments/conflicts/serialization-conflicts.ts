import { delayAnswer } from '../../faults/postgres/delay-answer.ts'
import { doubleStatement } from '../../faults/postgres/double-statement.ts'
import { loseAcknowledgement } from '../../faults/postgres/lose-acknowledgement.ts'
import { serializationFailure } from '../../faults/postgres/serialization-failure.ts'
import {
  at,
  conservation,
  control,
  counterBounds,
  defence,
  errorRatio,
  experiment,
  goodput,
  isolation,
} from '../../lab/index.ts'
import { postgresLists } from '../../lab/workloads/postgres-lists.ts'
import { links } from '../../targets/shop/selectors.ts'
import { twoInstances } from '../../targets/shop/standing.ts'
import { type Shop, shop } from '../../targets/shop.ts'
import { credit } from '../../targets/workloads/credit.ts'
import { givenAndSpent, neverOverdrawn } from '../../targets/workloads/credit-books.ts'
import { steady } from '../../targets/workloads/order-promises.ts'

const standing = { ...twoInstances, sqlClients: ['lists'] }
const fromShop = links(/^shop-/, 'postgres')
const fromLists = links('lists', 'postgres')
const commits = (every: number) => ({ on: { statement: 'COMMIT' }, hits: { every } })
const spending = credit({ perSecond: 10, deadlineMs: 4_000 })
const level = 'serializable'
const url = (system: Shop) => system.sqlUrl('lists')
const lists = postgresLists({ perSecond: 20, keys: 6, clients: 6, level, url })

/**
 * A person spends the same ten dollars twice, one attempt shortly after the other. Once each look at
 * an account takes 300 ms, both see the money there. Only SERIALIZABLE, which refuses one of them, and
 * whoever then tries again, keep the account from going below zero; lists beside it show what the
 * database itself promises. Then every fourth COMMIT is refused for no reason.
 *
 * Scenarios: ORD-08, DAT-02
 */
export default experiment({
  title: 'Two purchases never spend the same credit, and neither is refused for the other',
  because: 'Credit that is spent twice is money the shop has given away, and nobody notices.',
  target: shop<unknown, unknown>(standing),
  steadyState: steady(spending),
  workloads: [spending, lists],
  schedule: [
    at('500ms', delayAnswer(fromShop, '300ms', { on: { table: 'orders_credit_entries' } }), {
      ...{ name: 'slow', for: '5s', within: '500ms', least: 40, leastEach: 15 },
    }),
    at('6s', serializationFailure(links(/^(shop-\d+|lists)$/, 'postgres'), commits(4)), {
      ...{ name: 'refused', for: '4s', within: '500ms', least: 15, leastEach: 2 },
    }),
  ],
  baseline: '4s',
  recoverWithin: '10s',
  abortWhen: [errorRatio(spending).above(0.9).for('10s')],
  checks: {
    neverOverdrawn: conservation(spending, neverOverdrawn),
    served: goodput(spending, { atLeast: 0.98, answeredWithin: '3s' }),
    confirmed: counterBounds(spending, givenAndSpent),
    isolated: isolation(lists, { level }),
  },
  defences: [
    defence('serializable-credit', { breaks: 'neverOverdrawn' }),
    defence('transaction-retry', { breaks: 'served' }),
  ],
  controls: [
    control('lost commits that are taken for refusals', {
      ...{ breaks: 'confirmed', mayAlsoBreak: ['served'] },
      strikes: [at('1s', loseAcknowledgement(fromShop, commits(3)), { for: '3s' })],
      target: shop<unknown, unknown>({ ...standing, config: { defencesOff: ['proved-outcomes'] } }),
    }),
    control('appends that are sent twice', {
      breaks: 'isolated',
      strikes: [
        at('1s', doubleStatement(fromLists, { on: { statement: 'INSERT' }, hits: { every: 10 } }), {
          for: '3s',
        }),
      ],
    }),
  ],
})
