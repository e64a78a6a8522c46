import { expect, test } from 'vitest'
import { sqlFailed } from './sql-failed.ts'

test('a mistake in a file of SQL is told with its line', () => {
  const sql = 'create table a (i int);\n\ncreate tabel b (i int);'
  const cause = Object.assign(new Error('syntax error'), {
    position: `${sql.indexOf('tabel') + 1}`,
  })
  const said = sqlFailed('postgres', 'schema.sql', sql, cause)
  expect(said).toMatchObject({ code: 'migration-failed' })
  expect(said.message).toContain('syntax error (schema.sql:3)')
  expect(sqlFailed('postgres', 'none.sql', '', new Error('ENOENT')).message).toContain('(none.sql)')
})
