import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cases } from '../../../../lab/testing/nightly.ts'
import { lookAtSql, verbOf } from './sql.ts'

/** `UPDATE stock; COMMIT`, each with its tables. */
function read(sql: string): string {
  const { statements } = lookAtSql(sql)
  return statements.map(({ kind, tables }) => [kind, ...tables].join(' ')).join('; ')
}

test.each([
  // Literals, comments and names are what PostgreSQL takes them for.
  ["select 'from stock'", 'SELECT'],
  ["select ' '' from stock '", 'SELECT'],
  ['select $q$ from stock $q$', 'SELECT'],
  ['select $q$ $$ from stock $r$ $q$ from orders', 'SELECT orders'],
  ["select E'\\' from stock ' from orders", 'SELECT orders'],
  ["select E'a'\n-- then\n'\\' from stock' from orders", 'SELECT orders'],
  ["select U&'\\' from orders", 'SELECT orders'],
  ["select 'a--b' as x, n from stock", 'SELECT stock'],
  ["select '/*' from stock -- '*/'", 'SELECT stock'],
  ['select 1 /* from a /* from b */ from c */ from stock', 'SELECT stock'],
  ['select 1 -- from a\nfrom stock', 'SELECT stock'],
  ['select "from a", a$b$c from stock', 'SELECT stock'],
  ['select $1 from stock', 'SELECT stock'],
  // Names fold, quoted ones do not.
  ['UPDATE STOCK SET n = 1', 'UPDATE stock'],
  ['select * from "Orders" where id = $1', 'SELECT Orders'],
  ['select * from "say ""hi""", "public".PLAIN', 'SELECT say "hi" plain'],
  ['select * from U&"d\\0061t\\+000061", U&"d!0061ta" uescape \'!\' ', 'SELECT data data'],
  ['  insert into public.orders(a) values (1)', 'INSERT orders'],
  ['UPDATE ONLY shop . stock SET n = 1', 'UPDATE shop.stock'],
  ['select * from db.public.stock, db."S".stock', 'SELECT stock S.stock'],
  [`select * from ${'x'.repeat(70)}`, `SELECT ${'x'.repeat(63)}`],
  // Every statement counts, and a semicolon in a literal or a body ends none.
  ['begin; update stock set n = 1; commit', 'BEGIN; UPDATE stock; COMMIT'],
  [';; select 1;;', 'SELECT'],
  ['select \';\', ";" from a; select 2 from b', 'SELECT a; SELECT b'],
  ['create function f() returns int begin atomic select 1; end; select 2', 'CREATE; SELECT'],
  ['', 'EMPTY'],
  [' -- nothing', 'EMPTY'],
  // Tables of each kind of statement.
  ['select * from a, only b x, c as y (d, e), lateral (select 1 from f) z, g', 'SELECT a b c f g'],
  ['select * from a join (b cross join c) on a.x = b.x, d', 'SELECT a b c d'],
  ['select * from f(1), g(2) as h(i), rows from (j(1), k(2)) l, m', 'SELECT m'],
  ['select extract(year from t), trim(from u), substring(v from 1 for 2) from w', 'SELECT w'],
  ['select a is not distinct from b from c', 'SELECT c'],
  ['select a.from, 1 as from, 2 as table, update from b', 'SELECT b'],
  ['select (select max(x) from a), exists (select from b) from c', 'SELECT a b c'],
  ['select 1 from a union all (select 2 from b) except table c order by 1, 2', 'SELECT a b c'],
  ['select a, b into temp t from c', 'SELECT t c'],
  ['select * from a tablesample system (1), b for update of a, b', 'SELECT a b'],
  ['table stock', 'TABLE stock'],
  ['values (1), (2)', 'VALUES'],
  ['(SELECT 1)', 'SELECT'],
  ['insert into t as x (a, b) with q as (table u) select * from q', 'INSERT t u'],
  ['insert into t values (1) on conflict (a) do update set b = 1, c = 2', 'INSERT t'],
  ['insert into temp select 1 from c', 'INSERT temp c'],
  ['update t x set a = 1, b = 2 from u, v where true', 'UPDATE t u v'],
  ['delete from only a using b, c join d using (x)', 'DELETE a b c d'],
  ['merge into t using s on true when matched then update set a = 1, b = 2', 'MERGE t s'],
  ['copy stock (a, b) from stdin', 'COPY stock'],
  ["copy stock from '/tmp/orders' (format csv)", 'COPY stock'],
  ['copy (select * from a, b) to stdout', 'COPY a b'],
  ['truncate table only a, b cascade', 'TRUNCATE a b'],
  ['lock a, b in row share mode', 'LOCK a b'],
  ['vacuum (full, analyze) a, b', 'VACUUM a b'],
  ['create table if not exists notes (id int references stock (id), like u)', 'CREATE notes stock'],
  ['create unique index concurrently if not exists i on only t (a, b)', 'CREATE t'],
  ['create materialized view v as select * from stock', 'CREATE v stock'],
  ['alter table if exists a add foreign key (i) references b', 'ALTER a b'],
  ['drop table if exists a, public.b', 'DROP a b'],
  ['refresh materialized view concurrently v', 'REFRESH v'],
  ['explain (analyze, buffers) update stock set n = 1', 'EXPLAIN stock'],
  ['prepare q (int) as delete from stock', 'PREPARE stock'],
  ['declare c cursor with hold for select * from stock', 'DECLARE stock'],
  // WITH queries are no tables where they can be seen.
  ['WITH x AS (SELECT 1 FROM a) UPDATE b SET c = 1 FROM x', 'UPDATE a b'],
  ['WITH x AS (INSERT INTO a VALUES (1) RETURNING id) SELECT * FROM x', 'SELECT a'],
  ['with x as (select 1 from x) select 1', 'SELECT x'],
  ['with recursive t(n) as (values (1) union select n from t) select * from t, u', 'SELECT u'],
  ['select * from (with x as (select 1) select * from x) y, x', 'SELECT x'],
  ['with x as (select 1) insert into x select * from x', 'INSERT x'],
  [
    `with a as (table t) search depth first by x, y set o cycle x, y set c using p,
     b as not materialized (select * from a, u) select * from a, b`,
    'SELECT t u',
  ],
  ['START TRANSACTION ISOLATION LEVEL SERIALIZABLE', 'BEGIN'],
  ['END', 'COMMIT'],
  ['abort', 'ROLLBACK'],
])('reads %j as %s', (sql, statements) => {
  expect(read(sql)).toBe(statements)
  expect(verbOf(sql)).toBe(lookAtSql(sql).statements[0]?.kind)
})

test('keeps the text of each statement as it was sent', () => {
  const texts = lookAtSql(' select 1 /* one */ ;\n-- two\nselect 2; -- end').statements
  expect(texts.map(({ text }) => text)).toEqual(['select 1 /* one */', '-- two\nselect 2; -- end'])
  const long = `select '${'x'.repeat(50_000)}' from stock`
  expect(lookAtSql(long).statements).toMatchObject([{ text: long, tables: ['stock'] }])
})

test.each([
  ['listen "News"', 'News'],
  ["notify NEWS, 'from stock'", 'news'],
  ['unlisten *', undefined],
])('the channel of %j is %s, and no table', (sql, channel) => {
  expect(lookAtSql(sql).statements).toMatchObject([{ channel, tables: [] }])
})

test.each([
  ['/* trace=req-7 */ SELECT 1', 'req-7'],
  ['SELECT 1 /* trace=a.b:c */', 'a.b:c'],
  [
    "SELECT 1 /*route='x',traceparent='00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'*/",
    '0af7651916cd43dd8448eb211c80319c',
  ],
  ["SELECT ' trace=no '", undefined],
  ["SELECT '/* trace=no */'", undefined],
])('finds the trace in %j', (sql, trace) => {
  expect(lookAtSql(sql).trace).toBe(trace)
})

const noise = fc.constantFrom(
  'from stock',
  '; update stock set n = 1;',
  '(',
  ')',
  ',',
  'select',
  '"',
)
const block = fc.tuple(noise, noise).map(([a, b]) => `/* ${a} ' /* ${b} */ $q$ ${a} */`)
const line = noise.map(text => `-- ${text} ' $q$ /*\n`)
const gap = fc
  .array(fc.oneof(fc.constantFrom(' ', '\t', '\n', '\r\n'), block, line), { maxLength: 3 })
  .map(parts => ` ${parts.join('')}`)
const literal = fc.oneof(
  noise.map(text => `'it''s -- /* ${text}'`),
  noise.map(text => `E'\\' ${text} \\\\'`),
  noise.map(text => `$tag$ $q$ ' ${text} $tag$`),
  noise.map(text => `U&'\\0027 ${text}'`),
)
/** Statements in tokens; `?` stands for a literal. */
const plain = [
  'select ? , a . b from stock s , "Two" where c = ? and d in ( select ? from three )',
  'with x as ( select ? from one ) update two set a = ? from x where b = ?',
  'insert into one ( a , b ) values ( ? , ? ) returning ?',
  'begin ; delete from one where a = ? ; select ? ; commit',
].map(sql => sql.split(' '))

test('comments, white space and literals anywhere between tokens change no decision', () => {
  const gaps = fc.array(gap, { minLength: 40, maxLength: 40 })
  const literals = fc.array(literal, { minLength: 8, maxLength: 8 })
  let comments = 0
  fc.assert(
    fc.property(fc.constantFrom(...plain), gaps, literals, (tokens, between, values) => {
      let next = 0
      const filled = tokens.map((token, i) => {
        return `${token === '?' ? values[next++] : token}${between[i]}`
      })
      if (filled.some(token => token.includes('/*'))) comments++
      expect(read(filled.join(''))).toBe(read(tokens.join(' ').replaceAll('?', '1')))
    }),
    { numRuns: cases(500) },
  )
  // The generator reaches what it is for.
  expect(comments).toBeGreaterThan(cases(250))
})

test('takes any text without a throw', () => {
  const pieces = fc.constantFrom(
    ...'select|from|with|as|(|)|,|;|.|\'|"|$$|$q$|/*|*/|--|\n|E\'|U&"|a|update|into|using|for|case|end'
      .split('|')
      .concat([
        'begin atomic',
        'prepare',
        'declare',
        'explain',
        'table',
        'lock',
        'recursive',
        '\\',
      ]),
  )
  const sqlish = fc.array(pieces, { maxLength: 60 }).map(all => all.join(' '))
  fc.assert(
    fc.property(fc.oneof(sqlish, fc.string({ maxLength: 400 })), sql => void lookAtSql(sql)),
    { numRuns: cases(2_000) },
  )
})

test('takes time that grows with the length alone', () => {
  const hostiles = `/*|/**/|--\n|(|a.| |" |FROM "|/**/1|from |\n|'|'' |''\n|$a$|$a|$|E'\\|select|
    (select 1 from |with a as (|union |, |begin atomic |case |;|; -- \n|U&"a" uescape '!' |traceparent=
    |prepare a as |(with a as (select 1) select * from b, |x.x.|for update |lock |table |"a"`
    .split('|')
    .flatMap(each => [each, each.trim()].filter(Boolean))
  for (const hostile of hostiles) {
    const took = (length: number) => {
      const began = performance.now()
      lookAtSql(`SELECT 1 FROM ${hostile.repeat(length / hostile.length)}`)
      return performance.now() - began
    }
    took(10_000)
    // A quadratic one would take minutes for a million characters.
    expect([hostile, took(1_000_000) < 3_000]).toEqual([hostile, true])
  }
}, 60_000)
