import pg from 'pg'
import { expect } from 'vitest'
import { once, test } from './vitest.ts'

test('an acknowledgement of a COMMIT is lost, once, and the row is there', async ({ lab }) => {
  const db = await lab.postgres()
  await using client = await connect(db.url)
  await client.query('create table orders (id int)')
  {
    await using lost = await db.link.loseAcknowledgement({ statement: 'COMMIT', hits: once() })
    await client.query('begin')
    await client.query('insert into orders values (1)')
    await expect(client.query('commit')).rejects.toThrow()
    expect(await lost.landed()).toBe(1)
  }
  await using again = await connect(db.url)
  expect((await again.query('select id from orders')).rows).toEqual([{ id: 1 }])
}, 120_000)

async function connect(url: string) {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}
