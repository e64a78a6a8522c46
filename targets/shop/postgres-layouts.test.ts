import { open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { startProxies } from '../proxy.ts'
import { mountLimitedDisk } from '../runtime/limited-disk.ts'
import { withPostgres } from '../runtime/postgres-server.ts'
import { contextOf } from '../testing/context-of.ts'
import { seek } from '../testing/seek.ts'
import { testRun } from '../testing/test-run.ts'
import { postgresOnSmallDisk } from './postgres-layouts.ts'

const disk = await seek('limited-disk', async () => {
  await using run = await testRun()
  return await mountLimitedDisk(run, 'small', 1_000_000)
})

test.skipIf(disk.missing)(
  'a server whose small disk is full refuses who writes, answers who reads, and needs no restart',
  async () => {
    await using run = await testRun()
    const context = contextOf(run)
    await using proxies = await startProxies(context)
    const { postgres } = await postgresOnSmallDisk(128 * 1024 * 1024)(context, proxies)
    await using _postgres = postgres
    const ask = (text: string) => withPostgres(postgres.url, client => client.query(text))
    await ask('create table t (text text)')
    const write = () => ask("insert into t select repeat('x', 1500) from generate_series(1, 20)")
    await write()
    const ballast = join(dirname(postgres.dataFolder), 'ballast')
    await fill(ballast)
    await expect(write()).rejects.toMatchObject({ code: '53100' })
    expect((await ask('select from t')).rowCount).toBe(20)
    await rm(ballast)
    await write()
    expect((await ask('select from t')).rowCount).toBe(40)
  },
  60_000,
)

async function fill(file: string): Promise<void> {
  await using handle = await open(file, 'w')
  for (const bytes of [1024 * 1024, 4096]) {
    for (;;) {
      const written = await handle.write(Buffer.alloc(bytes)).catch(() => undefined)
      if (!written) break
    }
  }
}
