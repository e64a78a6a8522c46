import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lookAtSql, verbOf } from './sql.ts'

test.each([
  ['select * from "Orders" where id = $1', 'SELECT', 'Orders'],
  ['  insert into public.orders(a) values (1)', 'INSERT', 'orders'],
  ['UPDATE ONLY shop.stock SET n = 1', 'UPDATE', 'shop.stock'],
  ['delete from cart', 'DELETE', 'cart'],
  ['START TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'BEGIN', undefined],
  ['END', 'COMMIT', undefined],
  ['abort', 'ROLLBACK', undefined],
  ['WITH x AS (SELECT 1 FROM a) UPDATE b SET c = 1', 'UPDATE', 'b'],
  ['WITH x AS (INSERT INTO a VALUES (1) RETURNING id) SELECT * FROM x', 'SELECT', 'x'],
  ['(SELECT 1)', 'SELECT', undefined],
  ['-- why\ncommit', 'COMMIT', undefined],
  ['', 'EMPTY', undefined],
  ['create table if not exists notes (id int)', 'CREATE', 'notes'],
])('reads %j as %s of %s', (sql, kind, table) => {
  expect(lookAtSql(sql)).toMatchObject({ kind, table })
  expect(verbOf(sql)).toBe(kind)
})

test.each([
  ['/* trace=req-7 */ SELECT 1', 'req-7'],
  ['SELECT 1 /* trace=a.b:c */', 'a.b:c'],
  [
    "SELECT 1 /*route='x',traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/",
    '0af7651916cd43dd8448eb211c80319c',
  ],
  ["SELECT ' trace=no '", undefined],
])('finds the trace in %j', (sql, trace) => {
  expect(lookAtSql(sql).trace).toBe(trace)
})

test('takes any text without a throw, and without taking long', () => {
  fc.assert(fc.property(fc.string({ maxLength: 400 }), sql => void lookAtSql(sql)))
  const began = performance.now()
  const hostiles = ['/*', '/**/', '--\n', '(', 'a.', ' ', '" ', 'FROM "', '/**/1', 'from ', '\n']
  for (const each of hostiles) {
    const hostile = each.repeat(16_000 / each.length)
    lookAtSql(`SELECT ${hostile}`)
    lookAtSql(`SELECT 1 FROM ${hostile}`)
    lookAtSql(hostile)
    verbOf(hostile)
    verbOf(`WITH ${hostile}`)
  }
  expect(performance.now() - began).toBeLessThan(3000)
})
