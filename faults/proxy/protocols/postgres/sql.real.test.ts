import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres } from '../../../../targets/postgres.ts'
import { startStandby } from '../../../../targets/postgres-standby.ts'
import { until } from '../../testing/proxied.ts'
import { type Rig, startRig } from '../../testing/rig.ts'
import { lookAtSql } from './sql.ts'

let rig: Rig
let primary: pg.Client
let standby: pg.Client

beforeAll(async () => {
  rig = await startRig()
  const settings = { max_prepared_transactions: '5' }
  const server = await startPostgres(rig.run, { settings })
  primary = await rig.postgres(server)
  await primary.query(`
    create schema shop;
    create table stock (id int primary key, n int, from_where text);
    create table orders (id int primary key, stock int);
    create table "Two Words" (id int);
    create table shop.stock (id int);
    create table added (like stock);
    create sequence numbers;
    create materialized view sold as select * from orders;
    create function takes(n int) returns setof int language sql as 'select n'`)
  standby = await rig.postgres(await startStandby(rig.run, server, { settings }))
  const { rows } = await primary.query<{ lsn: string }>('select pg_current_wal_lsn() as lsn')
  await until(async () => {
    const replayed = 'select pg_last_wal_replay_lsn() >= $1 as done'
    return (await standby.query<{ done: boolean }>(replayed, [rows[0]?.lsn])).rows[0]?.done ?? false
  })
}, 90_000)
afterAll(() => rig?.[Symbol.asyncDispose]())

/** The tables and views that PostgreSQL locks for this statement, as it says itself. */
async function locked(sql: string): Promise<string[]> {
  await primary.query('begin')
  try {
    await primary.query(sql)
    const { rows } = await primary.query<{ name: string }>(`
      select distinct case nspname when 'public' then relname else nspname || '.' || relname end as name
      from pg_locks join pg_class c on c.oid = relation join pg_namespace n on n.oid = relnamespace
      where pid = pg_backend_pid() and relkind in ('r', 'v', 'm') and nspname in ('public', 'shop')`)
    return rows.map(({ name }) => name).sort()
  } finally {
    await primary.query('rollback')
  }
}

test.each([
  "select 'from orders' from stock",
  'select $q$ from orders $q$',
  "select 'a--b' as x, n from stock /* from orders */",
  'SELECT * FROM STOCK, "Two Words"',
  "select E'\\' from stock ' from orders",
  'select * from U&"\\0073tock"',
  'select * from shop.stock s join public.orders o using (id)',
  'select * from (stock s cross join orders o) left join "Two Words" w on w.id = s.id',
  'select extract(year from now()), substring(from_where from 1 for 2) from stock',
  'select n is distinct from id, trim(both from from_where) as from from stock',
  'select takes, w.ordinality from takes(1), takes(2) with ordinality as w, orders',
  'select * from rows from (takes(1), takes(2)) as r, orders',
  'select (select max(id) from orders) from stock where exists (select from "Two Words")',
  'select id from stock union all (select id from orders) except table "Two Words" order by 1',
  'with stock as (select * from orders) select * from stock',
  'with stock as (select * from stock) select * from orders',
  'with recursive t (n) as (values (1) union select n + 1 from t where n < 3) select * from t, orders',
  'with gone as (delete from orders returning id) insert into stock select id from gone',
  `with a as (select id from stock), b as materialized (select a.id from a, orders) select * from b`,
  `with recursive t (id) as (select id from stock union all select t.id from t where false)
   search depth first by id set o cycle id set c using p, u as (select id from orders) select * from t, u`,
  'insert into stock (id, n) with q as (table orders) select id, stock from q',
  'insert into stock as s (id) values (1), (2) on conflict (id) do update set n = 1, from_where = 2',
  'update stock set n = 1, from_where = 3 from orders o, "Two Words" w where w.id = o.id',
  'delete from only stock using orders, "Two Words" join shop.stock s using (id) where false',
  'merge into stock s using orders o on s.id = o.id when matched then update set n = 1, id = 2',
  'select id into temp made from stock',
  'truncate table only stock, orders',
  'lock stock, shop.stock in row share mode',
  'copy (select * from stock, orders) to stdout',
  'explain (costs off, analyze) select * from stock',
  'refresh materialized view sold',
  'alter table if exists stock add foreign key (n) references orders (id)',
  'create unique index if not exists i on stock (n, id)',
  'declare c cursor for select * from stock for update of stock',
  'prepare taking (int) as update stock set n = $1',
  'select id from stock for no key update',
  'values (1), (2)',
])('names the tables that PostgreSQL locks for %j', async sql => {
  const [statement] = lookAtSql(sql).statements
  // What is made by the statement itself, or is what a view is made of, differs by nature.
  const ours = [...new Set(statement?.tables)].filter(name => name !== 'made').sort()
  const theirs = await locked(sql)
  expect(ours).toEqual(/refresh/.test(sql) ? theirs.filter(name => name !== 'orders') : theirs)
})

/** The SQLSTATE that the standby answers with; undefined where it takes the statement. */
async function refusedBy(sql: string): Promise<{ code: string; message: string } | undefined> {
  await standby.query('begin')
  try {
    // These are refused within a transaction for that reason.
    if (/^(vacuum|reindex|(commit|rollback) prepared)/i.test(sql)) await standby.query('rollback')
    await standby.query(sql)
    return undefined
  } catch (error) {
    return error as { code: string; message: string }
  } finally {
    await standby.query('rollback')
  }
}

test.each([
  'select * from stock',
  'table stock',
  'values (1)',
  'show search_path',
  "set application_name = 'x'",
  'begin',
  'commit',
  'savepoint s',
  'explain update stock set n = 1',
  'explain (analyze off) update stock set n = 1',
  'explain (buffers, analyze) update stock set n = 1',
  'explain analyze select * from stock',
  'copy stock to stdout',
  'prepare w as update stock set n = 1',
  'declare c cursor for select * from stock',
  'declare c cursor for select * from stock for update',
  'lock stock in access share mode',
  'lock stock in row exclusive mode',
  'lock table stock',
  'lock stock in share row exclusive mode',
  'unlisten *',
  'discard plans',
  'do $$ begin end $$',
  "select 'nextval(' from stock",
  'insert into stock values (1)',
  'update stock set n = 1',
  'delete from stock',
  'merge into stock s using orders o on s.id = o.id when matched then delete',
  'with x as (insert into stock values (1) returning id) select * from x',
  'with x as (select 1) update stock set n = 1',
  'select * from stock for update',
  'select * from stock for share',
  'select * from stock for no key update',
  'select * from stock for key share',
  'select * from (select * from stock for update) s',
  "select nextval('numbers')",
  "select pg_catalog.setval('numbers', 3)",
  "select * from nextval('numbers')",
  "select pg_notify('news', 'x')",
  'select * into made from stock',
  'create table made (id int)',
  'create temp table made (id int)',
  'create table made as select 1',
  'create materialized view made as select 1',
  'create index on stock (n)',
  'alter table stock add x int',
  'drop table stock',
  'truncate stock',
  'comment on table stock is null',
  'grant select on stock to public',
  'refresh materialized view sold',
  'vacuum stock',
  'analyze stock',
  'reindex table stock',
  'cluster stock using stock_pkey',
  'listen news',
  'notify news',
  "prepare transaction 'x'",
  "commit prepared 'x'",
  "rollback prepared 'x'",
])('agrees with a real standby about %j', async sql => {
  const refused = await refusedBy(sql)
  const [statement] = lookAtSql(sql).statements
  expect([sql, statement?.writes]).toEqual([
    sql,
    refused?.code === '25006'
      ? /^cannot execute (.*) (?:in a|during)/.exec(refused.message)?.[1]
      : undefined,
  ])
})
