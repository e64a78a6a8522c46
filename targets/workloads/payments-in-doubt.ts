import { Client } from 'pg'
import { z } from 'zod'
import type { SystemProbe } from '../../lab/model/hypothesis.ts'
import type { WithPeople } from './people.ts'

/** Payments that were looked into at least once since they were begun, and are still open. */
export const paymentsInDoubt: SystemProbe<WithPeople, number> = {
  name: 'payments in doubt',
  measure: async ({ postgres }) => {
    const client = new Client({ connectionString: postgres.url })
    await client.connect()
    try {
      const { rows } = await client.query(
        `select count(*)::int as count from orders_payments
         where status in ('open', 'refund') and checks > 0`,
      )
      return counted.parse(rows)[0].count
    } finally {
      await client.end()
    }
  },
}

const counted = z.tuple([z.object({ count: z.number() })])
