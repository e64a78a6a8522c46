import { join } from 'node:path'
import { loseResponse } from '../faults/index.ts'
import {
  at,
  atMost,
  errorRatio,
  experiment,
  httpTraffic,
  hypothesis,
  noCrashes,
  noLostWrites,
} from '../lab/index.ts'
import { http, service, system, upstream } from '../targets/index.ts'

/** Where the service is, from its source and from the package alike. */
const file = join(import.meta.dirname, 'orders.ts')

/** The question of the demo, put to one of the service's two versions. */
export function demoOf(version: 'fragile' | 'mended') {
  const target = system(
    {
      payments: payments(),
      api: service<'payments'>({
        command: `"${process.execPath}" "${file}"`,
        ready: http('/health'),
        env: ({ payments, port }) => ({
          ...{ PORT: port, PAYMENTS_URL: payments.url },
          MENDED: version === 'mended' ? 'yes' : 'no',
        }),
      }),
    },
    { name: `orders-${version}` },
  )
  const ordering = httpTraffic({
    name: 'ordering',
    perSecond: 20,
    request: (_random, number) => {
      const reference = `order-${number}`
      return { path: '/orders', key: reference, body: { reference } }
    },
    readBack: reference => ({ path: `/orders?reference=${reference}` }),
  })
  return experiment({
    title: 'Who orders is charged once, though the answer of the payment service is lost',
    because: 'The charge was made, its answer was lost, and the retry charges the card again.',
    target,
    steadyState: [hypothesis('nearly every order is taken', errorRatio(ordering), atMost(0.01))],
    workloads: [ordering],
    schedule: [
      at(
        '500ms',
        loseResponse(target.links('api', 'payments'), {
          on: { route: 'POST /charges' },
          hits: { every: 5 },
        }),
        { for: '4s', least: 5 },
      ),
    ],
    baseline: '3s',
    recoverWithin: '15s',
    abortWhen: [errorRatio(ordering).above(0.9).for('5s')],
    checks: { chargedOnce: noLostWrites(ordering), alive: noCrashes() },
    defences: [],
  })
}

/** A payment service as they are: the same idempotency key is answered with the same charge. */
function payments() {
  const charges: { readonly reference: string; readonly key: string | undefined }[] = []
  return upstream({
    'POST /charges': ({ body, headers }) => {
      const key = headers['idempotency-key']?.toString()
      const before = charges.find(charge => key !== undefined && charge.key === key)
      if (before) return { status: 201, body: before }
      const { reference }: { readonly reference?: unknown } = Object(body)
      const charge = { reference: `${reference}`, key }
      charges.push(charge)
      return { status: 201, body: charge }
    },
    'GET /charges': ({ query }) => ({
      body: charges.filter(({ reference }) => reference === query.reference),
    }),
  })
}
