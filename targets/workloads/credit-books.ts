import { Client } from 'pg'
import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Outcome } from '../../lab/journal/journal.ts'

/** So much is given each time, and spent at once. */
export const cents = 10_00
export const creditInput = z.object({ person: z.number() })

/** For `counterBounds`: what was given and spent, by account. */
export const givenAndSpent = {
  read: 'account',
  amounts: (operation: { readonly f: string; readonly input: Json; readonly answer?: unknown }) => {
    const { person } = creditInput.parse(operation.input)
    if (refused.safeParse(operation.answer).success) return {}
    return { [person]: operation.f === 'gift' ? cents : -cents }
  },
  value: (answer: Json) => books.parse(answer).balance,
}

/** For `conservation`: the least that an account ever had. */
export const neverOverdrawn = {
  read: 'account',
  quantity: (answer: Json) => books.parse(answer).least,
  is: { atLeast: 0 },
}

const refused = z.object({ outcome: z.object({ value: z.object({ refused: z.string() }) }) })
const books = z.object({ balance: z.number(), least: z.number() })

/** Of an account its balance, and the least it ever had. */
const balances = `
  select coalesce(sum(cents), 0)::int as balance, coalesce(min(running), 0)::int as least
  from (select cents, sum(cents) over (order by id) as running
        from orders_credit_entries where user_id = $1) as entries`

/**
 * Entries of people long gone. In a table of a few pages, where many accounts share each page of the
 * index, SERIALIZABLE takes purchases of different people for conflicts.
 */
const aPast = `
  insert into orders_credit_entries (user_id, cents, idempotency_key)
  select gen_random_uuid(), 100, 'past-' || n from generate_series(1, 20000) as n;
  analyze orders_credit_entries`

export async function addPast(url: string): Promise<void> {
  await inDatabase(url, aPast)
}

export async function account(url: string, userId: string): Promise<Outcome> {
  const { rows } = await inDatabase(url, balances, [userId])
  return { kind: 'ok', value: books.parse(rows[0]) }
}

async function inDatabase(url: string, text: string, values?: readonly string[]) {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await client.query(text, values && [...values])
  } finally {
    await client.end()
  }
}
