import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '../../../targets/postgres.ts'
import type { TestLink } from '../testing/message-proxy.ts'
import { type Rig, startRig } from '../testing/rig.ts'

/** The driver's own connection, for what its client does not offer: several statements in a cycle. */
interface Pipeline {
  readonly stream: { cork(): void; uncork(): void }
  on(event: string, listener: (message: { code?: string; status?: string }) => void): void
  parse(query: { text: string; name: string }): void
  bind(config: { portal: string; statement: string; values: unknown[] }): void
  execute(config: { portal: string; rows: number }): void
  sync(): void
}

let rig: Rig
let server: Postgres
let direct: pg.Client

beforeAll(async () => {
  rig = await startRig()
  server = await startPostgres(rig.run)
  direct = await rig.postgres(server)
  await direct.query('create table orders (id int primary key, n int not null)')
  await direct.query('create table stock (id int primary key, n int not null)')
})
beforeEach(async () => {
  await direct.query('truncate orders, stock')
  await direct.query('insert into stock values (1, 10)')
})
afterAll(() => rig?.[Symbol.asyncDispose]())

async function linked(): Promise<{ link: TestLink; client: pg.Client }> {
  const link = await rig.proxy.link('postgres', server)
  return { link, client: await rig.postgres(server, link) }
}

async function orders(): Promise<number[]> {
  const { rows } = await direct.query<{ id: number }>('select id from orders order by id')
  return rows.map(({ id }) => id)
}

/** How the same statement travels: as a simple query, an unnamed and a named prepared statement. */
const forms = [
  ['simple', (sql: string) => sql],
  ['extended', (sql: string) => ({ text: sql, queryMode: 'extended' })],
  ['named', (sql: string) => ({ text: sql, name: `named ${sql}` })],
] as const

for (const [form, query] of forms) {
  test.each(['40001', '40P01', '25006'])(`answers an INSERT with %s (${form})`, async code => {
    const { link, client } = await linked()
    const toxic = await link.toxic({
      type: 'postgres_error',
      attributes: { match: { statement: 'insert', table: 'orders' }, code },
      hits: { first: 1 },
    })
    await client.query(query('insert into stock values (2, 1)'))
    await expect(client.query(query('insert into orders values (1, 1)'))).rejects.toMatchObject({
      code,
      severity: 'ERROR',
    })
    await client.query(query('insert into orders values (2, 1)'))
    expect(await orders()).toEqual([2])
    expect(await toxic.landed()).toBe(2)
  })

  test(`fails the transaction around it, as the server does (${form})`, async () => {
    const { link, client } = await linked()
    await link.toxic({
      type: 'postgres_error',
      attributes: { match: { statement: 'update' }, code: '40001' },
      hits: { first: 1 },
    })
    await client.query(query('begin'))
    await client.query(query('insert into orders values (1, 1)'))
    const struck = client.query(query('update stock set n = n - 1'))
    await expect(struck).rejects.toMatchObject({ code: '40001' })
    const after = client.query(query('select 1'))
    await expect(after).rejects.toMatchObject({ code: '25P02' })
    await client.query(query('rollback'))
    expect(await orders()).toEqual([])
    await client.query(query('begin'))
    await client.query(query('update stock set n = n - 1'))
    await client.query(query('commit'))
    const { rows } = await direct.query('select n from stock')
    expect(rows).toEqual([{ n: 9 }])
  })

  test(`an error at COMMIT rolls back, and the session is free (${form})`, async () => {
    const { link, client } = await linked()
    await link.toxic({
      type: 'postgres_error',
      attributes: { match: { statement: 'commit' }, code: '40001' },
      hits: { first: 1 },
    })
    await client.query(query('begin'))
    await client.query(query('insert into orders values (1, 1)'))
    await expect(client.query(query('commit'))).rejects.toMatchObject({ code: '40001' })
    await client.query(query('insert into orders values (2, 1)'))
    await client.query(query('begin'))
    await client.query(query('insert into orders values (3, 1)'))
    await client.query(query('commit'))
    expect(await orders()).toEqual([2, 3])
  })

  test(`a lost acknowledgement of COMMIT: the row is there, the client lost (${form})`, async () => {
    const { link, client } = await linked()
    const toxic = await link.toxic({
      type: 'message_cut',
      stream: 'upstream',
      attributes: { match: { statement: 'commit' }, when: 'after' },
    })
    await client.query(query('begin'))
    await client.query(query('insert into orders values (7, 1)'))
    await expect(client.query(query('commit'))).rejects.toThrow(/terminated|ECONNRESET/)
    expect(await orders()).toEqual([7])
    expect(await toxic.landed()).toBe(1)
  })

  test(`a cut before COMMIT: the row is not there (${form})`, async () => {
    const { link, client } = await linked()
    await link.toxic({
      type: 'message_cut',
      stream: 'upstream',
      attributes: { match: { statement: 'commit' }, when: 'before' },
    })
    await client.query(query('begin'))
    await client.query(query('insert into orders values (8, 1)'))
    await expect(client.query(query('commit'))).rejects.toThrow(/terminated|ECONNRESET/)
    expect(await orders()).toEqual([])
  })

  test(`57P01 ends the session with its reason, undone (${form})`, async () => {
    const { link, client } = await linked()
    await link.toxic({
      type: 'postgres_error',
      attributes: { match: { table: 'orders' }, code: '57P01' },
    })
    await client.query(query('select 1'))
    const struck = client.query(query('insert into orders values (9, 1)'))
    await expect(struck).rejects.toMatchObject({ code: '57P01', severity: 'FATAL' })
    await expect(client.query(query('select 1'))).rejects.toThrow()
    expect(await orders()).toEqual([])
  })
}

test('knows a statement that was prepared before the toxic came', async () => {
  const { link, client } = await linked()
  const prepared = { name: 'add', text: 'insert into orders values ($1, 1)' }
  await client.query({ ...prepared, values: [1] })
  await link.toxic({
    type: 'postgres_error',
    attributes: { match: { table: 'orders' }, code: '40001' },
    hits: { first: 1 },
  })
  const struck = client.query({ ...prepared, values: [2] })
  await expect(struck).rejects.toMatchObject({ code: '40001' })
  await client.query({ ...prepared, values: [3] })
  expect(await orders()).toEqual([1, 3])
})

test('in a pipeline an error undoes its cycle, and leaves the next one alone', async () => {
  const { link, client } = await linked()
  await link.toxic({
    type: 'postgres_error',
    attributes: { match: { text: '*values (2,*' }, code: '40001' },
  })
  const { connection } = client as unknown as { connection: Pipeline }
  const heard: string[] = []
  connection.on('commandComplete', () => heard.push('done'))
  connection.on('errorMessage', ({ code }) => heard.push(code ?? ''))
  const ready = new Promise<void>(resolve => {
    connection.on('readyForQuery', ({ status }) => {
      heard.push(`ready ${status}`)
      if (heard.filter(each => each.startsWith('ready')).length === 2) resolve()
    })
  })
  connection.stream.cork()
  for (const id of [1, 2, 3, 4]) {
    if (id === 4) connection.sync()
    connection.parse({ text: `insert into orders values (${id}, 1)`, name: '' })
    connection.bind({ portal: '', statement: '', values: [] })
    connection.execute({ portal: '', rows: 0 })
  }
  connection.sync()
  connection.stream.uncork()
  await ready
  expect(heard).toEqual(['done', '40001', 'ready I', 'done', 'ready I'])
  expect(await orders()).toEqual([4])
})

test('53300 refuses new sessions and leaves open ones alone', async () => {
  const { link, client } = await linked()
  const toxic = await link.toxic({
    type: 'postgres_error',
    attributes: { code: '53300' },
    hits: { first: 1 },
  })
  await client.query('select 1')
  await expect(rig.postgres(server, link)).rejects.toMatchObject({ code: '53300' })
  await rig.postgres(server, link)
  await client.query('select 1')
  expect(await toxic.landed()).toBe(1)
})

test('strikes by trace, by text, and by number in a row', async () => {
  const { link, client } = await linked()
  const attributes = (match: object) => ({ match, code: '40001' })
  await link.toxic({ type: 'postgres_error', attributes: attributes({ trace: 'req-7' }) })
  await link.toxic({ type: 'postgres_error', attributes: attributes({ text: '*secret*' }) })
  await link.toxic({
    type: 'postgres_error',
    attributes: attributes({ statement: 'delete' }),
    hits: { skip: 2, first: 1 },
  })
  await client.query('select 1 /* trace=req-6 */')
  await expect(client.query('select 1 /* trace=req-7 */')).rejects.toThrow()
  await expect(client.query('select $1::text as secret', ['a'])).rejects.toThrow()
  await client.query('delete from orders')
  await client.query('delete from orders')
  await expect(client.query('delete from orders')).rejects.toThrow()
  await client.query('delete from orders')
})

test('doubles a simple statement: twice done, answered once', async () => {
  const { link, client } = await linked()
  await link.toxic({
    type: 'message_duplicate',
    stream: 'upstream',
    attributes: { match: { statement: 'update' } },
    hits: { first: 1 },
  })
  const { rowCount } = await client.query('update stock set n = n - 1')
  const { rows } = await client.query('select n from stock')
  expect([rowCount, rows]).toEqual([1, [{ n: 8 }]])
})

test('drops one notification and delays an answer', async () => {
  const { link, client } = await linked()
  await client.query('listen news')
  const heard: (string | undefined)[] = []
  client.on('notification', ({ payload }) => heard.push(payload))
  await link.toxic({
    type: 'message_drop',
    attributes: { match: { frame: 'notification', channel: 'news' } },
    hits: { skip: 1, first: 1 },
  })
  await link.toxic({
    type: 'message_delay',
    attributes: { match: { table: 'stock' }, delay: 120 },
  })
  for (const n of [1, 2, 3]) await direct.query(`notify news, '${n}'`)
  const began = performance.now()
  await client.query('select * from stock')
  expect(performance.now() - began).toBeGreaterThanOrEqual(119)
  expect(heard).toEqual(['1', '3'])
})

test('a dropped statement is not done, and its session waits until it heals', async () => {
  const { link, client } = await linked()
  const drop = await link.toxic({
    type: 'message_drop',
    stream: 'upstream',
    attributes: { match: { statement: 'insert', table: 'orders' } },
  })
  await client.query('insert into stock values (2, 1)')
  const lost = client.query('insert into orders values (1, 1)').then(
    () => 'answered',
    () => 'down',
  )
  await expect.poll(() => drop.landed(), { timeout: 20_000 }).toBe(1)
  const soon = new Promise(resolve => setTimeout(() => resolve('nothing yet'), 300))
  expect(await Promise.race([lost, soon])).toBe('nothing yet')
  await drop.remove()
  expect(await lost).toBe('down')
  expect(await orders()).toEqual([])
  await (await rig.postgres(server, link)).query('insert into orders values (1, 1)')
  expect(await orders()).toEqual([1])
})

test('a pipeline of 100 statements comes back whole and in order with parsing on', async () => {
  const { link, client } = await linked()
  await link.toxic({ type: 'slicer', attributes: { average_size: 30, size_variation: 20 } })
  await link.toxic({
    type: 'slicer',
    stream: 'upstream',
    attributes: { average_size: 30, size_variation: 20 },
  })
  const big = 'x'.repeat(3000)
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, n) =>
      client.query<{ n: number; t: string }>('select $1::int as n, $2::text as t', [n, big]),
    ),
  )
  expect(answers.map(({ rows }) => rows[0])).toEqual(
    Array.from({ length: 100 }, (_, n) => ({ n, t: big })),
  )
})
