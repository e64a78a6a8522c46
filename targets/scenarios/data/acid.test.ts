import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, describe, expect } from 'vitest'
import { createPeople } from '../../service/modules/data/people.ts'
import type { Place } from '../servers.ts'
import { test } from '../warm.ts'
import { bench, type Database, engineOf, kindsHere, startServer } from './benches.ts'

const script = join(import.meta.dirname, 'half-done.ts')

describe.each(kindsHere)('DAT-02 ACID on %s', kind => {
  let place: Place
  let database: Database
  test.beforeAll(async ({ warm }) => {
    place = await warm()
    database = await startServer(place.run, kind)
    await using _migrated = await bench(database.url)
  })
  afterAll(() => place[Symbol.asyncDispose]())

  /** Two people with 1,000 cents each; a transfer dies half done; what is left of the money. */
  async function balancesAfterCrash(how: 'whole' | 'pieces'): Promise<readonly number[]> {
    const { from, to } = await twoPeople()
    const child = spawn(process.execPath, [script, database.url, `${from}`, how], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await once(child.stdout, 'data', { signal: AbortSignal.timeout(10_000) })
      // The library dies with its process, the server by itself.
      if (kind === 'sqlite') {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
      await database.crash()
    } finally {
      child.kill('SIGKILL')
    }
    await using after = await bench(database.url)
    const people = await Promise.all([from, to].map(id => after.people.byId(id)))
    return people.map(person => person?.balanceCents ?? 0)
  }

  async function twoPeople() {
    await using opened = await bench(database.url)
    const add = () =>
      opened.people.add({ email: `${crypto.randomUUID()}@x.test`, name: 'x', balanceCents: 1_000 })
    return { from: await add(), to: await add() }
  }

  test('a crash in mid-transaction leaves nothing of it, and all that was committed', async () => {
    expect(await balancesAfterCrash('whole')).toEqual([1_000, 1_000])
  })

  test('control: without a transaction the crash leaves half of it', async () => {
    expect(await balancesAfterCrash('pieces')).toEqual([900, 1_000])
  })

  test('an error in a write of several steps undoes the steps before it', async () => {
    await using opened = await bench(database.url)
    const { engine, people } = opened
    const { from, to } = await twoPeople()
    const transfer = engine.transaction(async db => {
      const inside = createPeople({ kind: engineOf(kind), db })
      await inside.credit(to, 2_000)
      await inside.credit(from, -2_000)
    })
    await expect(transfer).rejects.toMatchObject({ kind: 'check' })
    expect((await people.byId(to))?.balanceCents).toBe(1_000)
  })
})
