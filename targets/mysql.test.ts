import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { describe, expect, test } from 'vitest'
import { type Mysql, startMysql } from './mysql.ts'
import { mariadbServer } from './runtime/mariadb-server.ts'
import { mysqlServer } from './runtime/mysql-server.ts'
import { missing } from './testing/missing.ts'
import { testRun } from './testing/test-run.ts'

const programs = [
  { program: 'mariadb', lacking: await missing(mariadbServer) },
  { program: 'mysql', lacking: await missing(mysqlServer) },
] as const

async function query(server: Mysql, sql: string): Promise<RowDataPacket[]> {
  const connection = await createConnection(server.url)
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql)
    return rows
  } finally {
    connection.destroy()
  }
}

describe.each(programs)('$program', ({ program, lacking }) => {
  test.skipIf(lacking)(
    'keeps what it acknowledged through a SIGKILL, on the same address',
    async () => {
      await using run = await testRun()
      await using server = await startMysql(run, { program })
      await query(server, 'CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20)) ')
      for (let i = 0; i < 20; i++)
        await query(server, `INSERT INTO t (name) VALUES ('Zoë 🦊 ${i}')`)
      await server.kill()
      await expect(query(server, 'SELECT 1')).rejects.toThrow(/ECONN(REFUSED|RESET)/)
      await server.restart()
      expect(await query(server, 'SELECT COUNT(*) AS count FROM t')).toEqual([{ count: 20 }])
      expect(await query(server, 'SELECT name FROM t WHERE id = 1')).toEqual([{ name: 'Zoë 🦊 0' }])
      expect(server.version).toMatch(/^\d+\.\d+/)
    },
  )

  test.skipIf(lacking)('lets nobody in without the password', async () => {
    await using run = await testRun()
    await using server = await startMysql(run, { program })
    for (const user of ['root', 'lab', '']) {
      const uri = `mysql://${user}@127.0.0.1:${server.port}/`
      await expect(createConnection(uri)).rejects.toThrow('Access denied')
    }
  })
})
