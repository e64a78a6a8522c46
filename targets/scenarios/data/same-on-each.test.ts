import { CompiledQuery } from 'kysely'
import { afterAll, describe, expect } from 'vitest'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'
import { bench, besides, type DatabaseKind, kindsHere, startDatabase } from './benches.ts'
import { type Bench, checks } from './checks.ts'

describe.each(kindsHere)('DAT-01 on %s', kind => {
  let place: Place
  let database: Bench & AsyncDisposable
  test.beforeAll(async ({ warm }) => {
    place = await warm()
    database = await bench((await startDatabase(place, kind)).url)
  })
  afterAll(async () => {
    await database[Symbol.asyncDispose]()
    await place[Symbol.asyncDispose]()
  })

  test.each(Object.keys(checks))('%s', async name => {
    await checks[name]?.(database)
  })
})

test('there are 40 checks', () => {
  expect(Object.keys(checks)).toHaveLength(40)
})

/** What is broken on purpose, and which check must then fail. */
const controls: readonly {
  readonly broken: string
  readonly on: readonly DatabaseKind[]
  readonly by: readonly string[]
  readonly fails: string
}[] = [
  {
    broken: 'the foreign key is gone',
    on: ['postgres'],
    by: ['alter table data_notes drop constraint data_notes_person'],
    fails: 'refuses a child without its parent',
  },
  {
    broken: 'the unique key is gone',
    on: ['postgres'],
    by: ['alter table data_people drop constraint data_people_email'],
    fails: 'lets one of 20 win who add the same at once',
  },
  {
    broken: 'the index is gone',
    on: ['postgres'],
    by: ['drop index data_notes_rank'],
    fails: 'answers from the index',
  },
  {
    broken: 'money is kept as a float',
    on: ['postgres'],
    by: ['alter table data_people alter column balance_cents type real'],
    fails: 'keeps integers up to 2^53 - 1',
  },
  {
    broken: 'names are compared without accents and trailing spaces',
    on: ['mariadb', 'mysql'],
    by: [
      'alter table data_people modify email_key varchar(254) collate utf8mb4_general_ci not null',
    ],
    fails: 'holds é and e, and a space at the end, to be different',
  },
  {
    broken: 'names are Latin-1',
    on: ['mariadb', 'mysql'],
    by: ['alter table data_people modify name varchar(100) character set latin1 not null'],
    fails: 'keeps characters beyond the first plane',
  },
  {
    broken: 'the tables know no transactions',
    on: ['mariadb', 'mysql'],
    by: [
      'set foreign_key_checks = 0',
      'alter table data_notes drop foreign key data_notes_person',
      'alter table data_tokens drop foreign key data_tokens_person',
      'alter table data_people drop index data_people_email, engine = MyISAM',
    ],
    fails: 'leaves nothing of a transaction that throws',
  },
  {
    broken: 'foreign keys are not looked at',
    on: ['sqlite'],
    by: ['pragma foreign_keys = off'],
    fails: 'deletes the children with their parent',
  },
]

describe.each(kindsHere)('DAT-01 controls on %s', kind => {
  let place: Place
  let url: string
  test.beforeAll(async ({ warm }) => {
    place = await warm()
    url = (await startDatabase(place, kind)).url
  })
  afterAll(() => place[Symbol.asyncDispose]())

  const ours = controls.filter(({ on }) => on.includes(kind))
  test.each(ours)('$broken', async ({ by, fails, broken }) => {
    await using database = await bench(await besides(url, broken.replaceAll(/\W/g, '_')))
    for (const statement of by) {
      await database.engine.db.executeQuery(CompiledQuery.raw(statement))
    }
    await expect(checks[fails]?.(database)).rejects.toThrow()
  })
})
