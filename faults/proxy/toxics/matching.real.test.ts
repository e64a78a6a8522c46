import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '../../../targets/postgres.ts'
import { startRedis } from '../../../targets/redis.ts'
import { KeyFinder } from '../protocols/redis/key-finder.ts'
import { keyPlace } from '../protocols/redis/key-places.ts'
import { type Rig, startRig } from '../testing/rig.ts'

let rig: Rig
let server: Postgres
let redis: { host: string; port: number }

beforeAll(async () => {
  rig = await startRig()
  ;[server, redis] = await Promise.all([startPostgres(rig.run), startRedis(rig.run)])
  const direct = await rig.postgres(server)
  await direct.query('create table stock (id int primary key, n int not null)')
  await direct.query('create table orders (id int primary key, n int not null)')
}, 60_000)
afterAll(() => rig?.[Symbol.asyncDispose]())

async function strikesSql(match: object, run: (client: pg.Client) => Promise<unknown>) {
  const link = await rig.proxy.link('postgres', server)
  const client = await rig.postgres(server, link)
  await link.toxic({ type: 'postgres_error', attributes: { match, code: '40001' } })
  const end = await run(client).then(
    () => 'done',
    (error: { code?: string }) => error.code,
  )
  await client.query('rollback')
  return end === '40001'
}

/** How the same statement travels. */
const forms = [
  ['simple', (sql: string) => sql],
  ['prepared', (sql: string) => ({ text: sql, name: `p${sql.length}`, queryMode: 'extended' })],
] as const

for (const [form, query] of forms) {
  test.each([
    [{ table: 'stock' }, "select 'from stock'", false],
    [{ table: 'stock' }, 'select $q$ from stock $q$', false],
    [{ table: 'stock' }, 'select 1 /* from stock */ -- from stock', false],
    [{ table: 'stock' }, 'UPDATE STOCK SET n = 1', true],
    [{ table: 'stock' }, "select 'a--b' as x, n from stock", true],
    [{ table: 'stock' }, 'select * from orders o join stock s using (id)', true],
    [{ table: 'stock' }, 'with stock as (select 1) select * from stock', false],
    [
      { statement: 'UPDATE', table: 'stock' },
      'with o as (table orders) update stock set n = 1',
      true,
    ],
    [{ text: '*hurtme*' }, 'select 1 /* hurtme */', true],
    [{ text: 'select 1' }, 'select 1 /* hurtme */', false],
    [{ text: '*behind*' }, `select '${'x'.repeat(60_000)}', 'behind'`, true],
    [{ table: 'stock' }, `select '${'x'.repeat(300_000)}' from stock`, true],
    [{ trace: 'req-7' }, "select '/* trace=req-7 */'", false],
    [{ trace: 'req-7' }, 'select 1 /* trace=req-7 */', true],
    [{ channel: 'orders' }, 'select * from orders', false],
    [{ table: 'orders' }, 'notify orders', false],
    [{ channel: 'orders' }, 'listen orders', true],
  ])(`${form}: %j and %j`, async (match, sql, isStruck) => {
    expect(await strikesSql(match, client => client.query(query(sql)))).toBe(isStruck)
  })
}

test.each([
  [{ table: 'stock' }, 'begin; update stock set n = 1; commit', true],
  [{ statement: 'commit' }, 'begin; update stock set n = 1; commit', true],
  [{ statement: 'commit', table: 'stock' }, 'begin; update stock set n = 1; commit', false],
  [{ table: 'stock' }, "select ';from stock'; select 2", false],
])('several statements in one query: %j and %j', async (match, sql, isStruck) => {
  expect(await strikesSql(match, client => client.query(sql))).toBe(isStruck)
})

test.each([
  ['EXECUTE of SQL', ['prepare q as update stock set n = 1', 'execute q'], 'update'],
  [
    'FETCH from a cursor',
    ['begin', 'declare c cursor for select * from stock', 'fetch c'],
    'fetch',
  ],
  ['COPY', ["copy (select * from stock) to '/dev/null'"], 'copy'],
])('%s is known by what it stands for', async (_, queries, statement) => {
  const all = async (client: pg.Client) => {
    for (const sql of queries) await client.query(sql)
  }
  expect(await strikesSql({ statement, table: 'stock' }, all)).toBe(true)
  expect(await strikesSql({ statement, table: 'orders' }, all)).toBe(false)
})

test('a statement that fails in a query is preceded by those before it, and ends its transaction', async () => {
  const link = await rig.proxy.link('postgres', server)
  const client = await rig.postgres(server, link)
  const toxic = await link.toxic({
    type: 'postgres_error',
    attributes: { match: { statement: 'update' }, code: '40001' },
    hits: { first: 1 },
  })
  const sql =
    "insert into orders values (1, 1); commit; begin; /* ' */ insert into orders values (2, 1) -- why\n;" +
    'update stock set n = 1; insert into orders values (3, 1)'
  await expect(client.query(sql)).rejects.toMatchObject({ code: '40001' })
  await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' })
  await client.query('rollback')
  expect((await client.query('select id from orders')).rows).toEqual([{ id: 1 }])
  expect(await toxic.landed()).toBe(2)
})

test('a COMMIT that fails in a query rolls back, and a statement before it may fail by itself', async () => {
  const link = await rig.proxy.link('postgres', server)
  const client = await rig.postgres(server, link)
  const attributes = { match: { statement: 'commit' }, code: '40001' }
  await link.toxic({ type: 'postgres_error', attributes })
  const failed = client.query('begin; insert into orders values (9, 1); commit; select 1')
  await expect(failed).rejects.toMatchObject({ code: '40001' })
  expect((await client.query('select id from orders where id = 9')).rows).toEqual([])
  const doubled = client.query('begin; insert into orders values (8, 1), (8, 1); commit')
  await expect(doubled).rejects.toMatchObject({ code: '23505' })
  await client.query('rollback')
})

test('a lost acknowledgement of a query comes when all of it is done', async () => {
  const link = await rig.proxy.link('postgres', server)
  const client = await rig.postgres(server, link)
  const attributes = { match: { statement: 'commit' }, when: 'after' }
  await link.toxic({ type: 'message_cut', stream: 'upstream', attributes })
  const sql = 'begin; select pg_sleep(0.3); insert into orders values (20, 1); commit'
  await expect(client.query(sql)).rejects.toThrow(/terminated|ECONNRESET/)
  const direct = await rig.postgres(server)
  expect((await direct.query('select id from orders where id = 20')).rows).toHaveLength(1)
})

test('each answer to a query bears its own statement', async () => {
  const link = await rig.proxy.link('postgres', server)
  const client = await rig.postgres(server, link)
  const attributes = { match: { statement: 'select' }, delay: 1 }
  const toxic = await link.toxic({ type: 'message_delay', attributes })
  await client.query('begin; select 1; update stock set n = 1; select 2; commit')
  expect(await toxic.landed()).toBe(2)
})

test('the start of a session, cut when it is done, has logged in before', async () => {
  const link = await rig.proxy.link('postgres', server)
  const attributes = { match: { statement: 'startup' }, when: 'after' }
  const toxic = await link.toxic({ type: 'message_cut', stream: 'upstream', attributes })
  await expect(rig.postgres(server, link)).rejects.toThrow(/terminated|ECONNRESET/)
  expect(await toxic.landed()).toBe(1)
})

async function strikesRedis(match: object, args: readonly string[]): Promise<boolean> {
  const link = await rig.proxy.link('redis', redis)
  const client = rig.redis(link)
  await client.ping()
  await link.toxic({ type: 'redis_error', attributes: { match, error: 'OOM' } })
  const [command = '', ...rest] = args
  const end = await client.call(command, ...rest).then(
    () => 'done',
    (error: Error) => error.message,
  )
  client.disconnect()
  return end.startsWith('OOM')
}

test.each([
  [{ channel: 'chat:*' }, 'GET chat:7', false],
  [{ key: 'hit' }, 'PUBLISH hit m', false],
  [{ channel: 'hit' }, 'publish hit m', true],
  [{ channel: 'b' }, 'SUBSCRIBE a b', true],
  [{ key: 'b' }, 'MSET a b c d', false],
  [{ key: 'c' }, 'mset a b c d', true],
  [{ key: 'b' }, 'DEL a b', true],
  [{ key: 'b' }, 'EVAL return 1 a b', false],
  [{ key: 'b' }, 'EVAL return{1} 2 a b c', true],
  [{ key: 'c' }, 'EVAL return{1} 2 a b c', false],
  [{ key: 'return{1}' }, 'EVAL return{1} 1 a', false],
  [{ key: 's2' }, 'XREAD COUNT 1 STREAMS s1 s2 0 0', true],
  [{ key: '0' }, 'XREAD COUNT 1 STREAMS s1 s2 0 0', false],
  [{ key: 'b' }, 'ZUNIONSTORE d 2 a b', true],
  [{ key: 'd' }, 'SORT list STORE d', true],
  [{ key: 'v' }, 'SET k v', false],
])('redis: %j and %s', async (match, command, isStruck) => {
  expect(await strikesRedis(match, command.split(' '))).toBe(isStruck)
})

type Spec = [
  name: string,
  arity: number,
  flags: string[],
  first: number,
  last: number,
  step: number,
]

test('knows where the keys of every command of this server are, as it says itself', async () => {
  const client = rig.redis(redis)
  const commands = (await client.call('COMMAND')) as (Spec & { 9: Spec[] })[]
  const specs = commands.flatMap(spec => (spec[9].length > 0 ? spec[9] : [spec]))
  expect(specs.length).toBeGreaterThan(300)
  const differs = specs.filter(([name, , flags, first, last, step]) => {
    const place = keyPlace(name.split('|', 1)[0]?.toUpperCase() ?? '')
    // Its channels are no keys, to Redis and to us.
    if (place.by === 'range' && place.about === 'channel') return !flags.includes('pubsub')
    if (first === 0 && !flags.includes('movablekeys')) return place.by === 'range' && first > 0
    if (place.by !== 'range') return !flags.includes('movablekeys')
    return place.first !== first || place.last !== last || (first !== last && place.step !== step)
  })
  expect(differs.map(([name]) => name)).toEqual([])
})

test.each([
  'mset a 1 b 2',
  'eval return{1} 2 a b c',
  'bzmpop 0 2 a b min',
  'zunionstore d 2 a b weights 1 2',
  'xreadgroup group g c streams a b > >',
  'sort a by nosort get # store d',
  'georadius a 1 1 1 km store d',
  'migrate h 1 k 0 10',
  'bitop and d a b',
  'blpop a b 0',
  'object encoding a',
  'lmpop 2 a b left',
])('finds the keys of %j as Redis does', async command => {
  const client = rig.redis(redis)
  const [name = '', ...args] = command.split(' ')
  const theirs = (await client.call('COMMAND', 'GETKEYS', name, ...args)) as string[]
  const finder = new KeyFinder()
  finder.begin(keyPlace(name.toUpperCase()), args.length + 1)
  args.some((each, index) => finder.took(index + 1, each))
  expect([finder.key, ...(finder.others ?? [])].sort()).toEqual(theirs.sort())
})

test.each([2, 3] as const)(
  'a list is a reply, whatever is in it, once nothing is subscribed (RESP%i)',
  async protocol => {
    const link = await rig.proxy.link('redis', redis)
    const client = rig.redis(link, { protocol })
    await link.toxic({ type: 'message_drop', attributes: { match: { frame: 'message' } } })
    await client.del('listed')
    await client.rpush('listed', 'message', 'news', 'text')
    await client.subscribe('news')
    await Promise.all([client.unsubscribe('news'), client.subscribe('other')])
    await client.unsubscribe()
    expect(await client.lrange('listed', 0, -1)).toEqual(['message', 'news', 'text'])
  },
)
