import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, describe, expect } from 'vitest'
import { startPostgres } from '../../postgres.ts'
import { backUpPostgres, copyInUse, restorePostgres } from '../../postgres-backup.ts'
import { openEngine } from '../../service/modules/data/open-engine.ts'
import { createPeople } from '../../service/modules/data/people.ts'
import { eventually } from '../person.ts'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'
import { bench, besides, type DatabaseKind, kindsHere, startDatabase } from './benches.ts'
import type { Bench } from './checks.ts'

const program = join(import.meta.dirname, '../../service/modules/data/backup-main.ts')
const [accounts, startCents] = [8, 1_000]
const timeoutMs = 90_000

/** People who give each other money, each gift with a receipt in the same transaction. */
class Trade implements AsyncDisposable {
  /** Receipts of the transfers that were acknowledged. */
  readonly acknowledged: string[] = []
  readonly #stopped = new AbortController()
  readonly #bench: Bench
  #trading: Promise<unknown> = Promise.resolve()

  private constructor(bench: Bench) {
    this.#bench = bench
  }

  static async begin(bench: Bench): Promise<Trade> {
    const trade = new Trade(bench)
    const ids = await Promise.all(
      Array.from({ length: accounts }, () =>
        bench.people.add({
          email: `${randomUUID()}@x.test`,
          name: 'x',
          balanceCents: startCents,
          avatar: new Uint8Array([0, 255]),
          settings: { theme: 'dark' },
        }),
      ),
    )
    trade.#trading = Promise.all([0, 1, 2].map(offset => trade.#give(ids, offset)))
    await trade.more(5)
    return trade
  }

  async #give(ids: readonly number[], offset: number): Promise<void> {
    const { engine } = this.#bench
    for (let i = offset; !this.#stopped.signal.aborted; i++) {
      const [from = 0, to = 0] = [ids[i % accounts], ids[(i + 1) % accounts]]
      const receipt = randomUUID()
      await engine.transaction(async db => {
        const people = createPeople({ kind: engine.kind, db })
        // The lower id first, so that no two wait for each other.
        for (const id of [Math.min(from, to), Math.max(from, to)]) {
          await people.credit(id, id === from ? -1 : 1)
        }
        await people.addNote({ personId: from, title: receipt, body: '', rank: -1 })
        await people.addNote({ personId: to, title: receipt, body: '', rank: 1 })
      })
      this.acknowledged.push(receipt)
      await pause(10) // SQLite works in this process, and would let nobody else
    }
  }

  /** Until so many more are acknowledged. */
  async more(count: number): Promise<void> {
    const wanted = this.acknowledged.length + count
    const done = eventually(
      async () => this.acknowledged.length,
      length => length >= wanted,
      30_000,
    )
    await Promise.race([done, this.#trading])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort()
    await this.#trading
  }
}

/** What a restored database says of its own consistency. */
async function audited(url: string, between: () => Promise<void> = async () => {}) {
  await using engine = openEngine(url, { acquireMs: 15_000 })
  const people = createPeople(engine)
  const all = await people.page(0, 1_000)
  await between()
  const notes = await Promise.all(all.map(({ id }) => people.notesOf(id)))
  const balance = (index: number) =>
    startCents + (notes[index] ?? []).reduce((sum, { rank }) => sum + rank, 0)
  return {
    cents: all.reduce((sum, { balanceCents }) => sum + balanceCents, 0),
    inconsistent: all.filter(({ balanceCents }, index) => balanceCents !== balance(index)).length,
    receipts: new Set(notes.flat().map(({ title }) => title)),
    people: all,
  }
}

const whole = { cents: accounts * startCents, inconsistent: 0 }

describe('DAT-11 a backup taken under load', () => {
  let place: Place
  test.beforeAll(async ({ warm }) => {
    place = await warm()
  })
  afterAll(() => place[Symbol.asyncDispose]())

  const file = (kind: DatabaseKind) => join(place.run.scratchFolder, `${kind}.backup`)
  const execute = (task: string, url: string, path: string) => {
    const env = { ...process.env, DIRECTORY_URL: url }
    return promisify(execFile)(process.execPath, [program, task, path], { env, timeout: 60_000 })
  }

  test.each(kindsHere)(
    'of %s restores to one moment, with all that was acknowledged before it began',
    async kind => {
      const { url } = await startDatabase(place, kind)
      await using database = await bench(url)
      await using trade = await Trade.begin(database)
      const before = [...trade.acknowledged]
      await execute('backup', url, file(kind))
      await trade.more(1)
      const restored = await besides(url, 'restored')
      await execute('restore', restored, file(kind))

      const { receipts, people, ...found } = await audited(restored)
      expect(found).toEqual(whole)
      expect(before.filter(receipt => !receipts.has(receipt))).toEqual([])
      expect(people[0]).toMatchObject({
        avatar: new Uint8Array([0, 255]),
        settings: { theme: 'dark' },
      })
      await using again = await bench(restored)
      const next = await again.people.add({ email: `${randomUUID()}@x.test`, name: 'next' })
      expect(people.map(({ id }) => id)).not.toContain(next)
    },
    timeoutMs,
  )

  test.each(kindsHere)(
    'control: of %s, read table by table, it is of no moment',
    async kind => {
      const { url } = await startDatabase(place, kind, 'control')
      await using database = await bench(url)
      await using trade = await Trade.begin(database)
      const { inconsistent } = await audited(url, () => trade.more(5))
      expect(inconsistent).toBeGreaterThan(0)
    },
    timeoutMs,
  )

  test(
    "of the server's own files starts as a second server, at one moment",
    async () => {
      const server = await startPostgres(place.run, { name: 'busy' })
      await using database = await bench(server.url)
      await using trade = await Trade.begin(database)
      const before = [...trade.acknowledged]
      const folder = join(place.run.scratchFolder, 'copied')
      await backUpPostgres(server, folder)
      await trade.more(1)
      await using second = await restorePostgres(place.run, { folder, of: server })
      const { receipts, people, ...found } = await audited(second.url)
      expect(found).toEqual(whole)
      expect(before.filter(receipt => !receipts.has(receipt))).toEqual([])
      expect(people).toHaveLength(accounts)
    },
    timeoutMs,
  )

  test(
    'control: files copied without asking the server do not have all that was acknowledged',
    async () => {
      const server = await startPostgres(place.run, { name: 'unasked' })
      await using database = await bench(server.url)
      await using trade = await Trade.begin(database)
      const folder = join(place.run.scratchFolder, 'unasked-copy')
      await copyInUse(server.dataFolder, folder)
      // Whoever copies a large folder is overtaken by a checkpoint.
      await trade.more(20)
      await sql`checkpoint`.execute(database.engine.db)
      const before = [...trade.acknowledged]
      for (const part of ['global', 'pg_wal', 'pg_xact']) {
        await rm(join(folder, part), { recursive: true })
        await copyInUse(join(server.dataFolder, part), join(folder, part))
      }
      await rm(join(folder, 'postmaster.pid'), { force: true })
      const lost = async () => {
        await using second = await restorePostgres(place.run, { folder, of: server }, 'wrong')
        const { receipts } = await audited(second.url)
        return before.filter(receipt => !receipts.has(receipt)).length
      }
      // Or it does not even start.
      expect(await lost().catch(() => before.length)).toBeGreaterThan(0)
    },
    timeoutMs,
  )
})
