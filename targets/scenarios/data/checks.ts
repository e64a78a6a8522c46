import { randomUUID } from 'node:crypto'
import { CompiledQuery, type RawBuilder, sql } from 'kysely'
import { expect } from 'vitest'
import type { Engine } from '../../service/modules/data/engine.ts'
import { createPeople, type NewPerson, type People } from '../../service/modules/data/people.ts'

/** One database, its tables made, as two users of it see it. */
export interface Bench {
  readonly engine: Engine
  /** The same database through connections of its own. */
  readonly other: Engine
  readonly people: People
}

export type Check = (bench: Bench) => Promise<void>

const email = () => `${randomUUID()}@example.test`
const someone = (more: Partial<NewPerson> = {}): NewPerson => ({
  email: email(),
  name: 'Zoë',
  ...more,
})

async function added(people: People, more: Partial<NewPerson> = {}) {
  const id = await people.add(someone(more))
  return found(people, id)
}

async function found(people: People, id: number) {
  const person = await people.byId(id)
  if (!person) throw new Error(`There is no person ${id}.`)
  return person
}

const refused = (kind: string) => ({ name: 'DataError', kind })

/** The 40 checks. Each is independent, and asks nothing of a database that it does not name. */
export const checks: Readonly<Record<string, Check>> = {
  // CRUD
  'creates and reads': async ({ people }) => {
    const person = await added(people, { name: 'Ada', balanceCents: 5 })
    expect(person).toMatchObject({ name: 'Ada', balanceCents: 5, version: 1 })
    expect(await people.byEmail(person.email)).toEqual(person)
  },
  'updates only what is named': async ({ people }) => {
    const before = await added(people, { settings: { theme: 'dark' } })
    expect(await people.change(before.id, { name: 'New' })).toBe(true)
    expect(await found(people, before.id)).toEqual({ ...before, name: 'New', version: 2 })
  },
  'tells when there was nothing to update': async ({ people }) => {
    expect(await people.change(-1, { name: 'Nobody' })).toBe(false)
    const { id } = await added(people, { name: 'Same' })
    expect(await people.credit(id, 0), 'the same value again is a match').toBe(true)
  },
  deletes: async ({ people }) => {
    const { id } = await added(people)
    expect([await people.remove(id), await people.remove(id)]).toEqual([true, false])
  },
  'finds nothing where nothing is': async ({ people }) => {
    expect(await people.byId(-1)).toBeUndefined()
    expect(await people.byEmail(email())).toBeUndefined()
  },
  'pages through without gap or repeat': async ({ people }) => {
    const first = await people.add(someone())
    for (let i = 0; i < 6; i++) await people.add(someone())
    const seen: number[] = []
    for (let after = first - 1; ; ) {
      const page = await people.page(after, 3)
      seen.push(...page.map(({ id }) => id))
      const last = page.at(-1)
      if (!last) break
      after = last.id
    }
    expect(seen.length).toBeGreaterThanOrEqual(7)
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
  },
  'inserts 500 rows at once': async ({ people }) => {
    const before = await people.count()
    await people.addAll(Array.from({ length: 500 }, () => someone()))
    expect(await people.count()).toBe(before + 500)
  },
  'inserts or updates': async ({ people }) => {
    const person = someone({ name: 'First' })
    await people.put(person)
    await people.put({ ...person, name: 'Second', settings: { a: 1 } })
    expect(await people.byEmail(person.email)).toMatchObject({
      name: 'Second',
      settings: { a: 1 },
      version: 2,
    })
  },

  // Types
  'keeps integers up to 2^53 - 1': async ({ people }) => {
    const balanceCents = Number.MAX_SAFE_INTEGER
    expect((await added(people, { balanceCents })).balanceCents).toBe(balanceCents)
  },
  'sums money to the cent': async ({ people }) => {
    const { id } = await added(people)
    for (let i = 0; i < 10; i++) await people.credit(id, 10)
    await people.credit(id, 5_000_000_01)
    expect((await found(people, id)).balanceCents).toBe(5_000_001_01)
  },
  'keeps both booleans': async ({ people }) => {
    expect((await added(people, { active: true })).active).toBe(true)
    expect((await added(people, { active: false })).active).toBe(false)
  },
  'keeps a moment to the millisecond': async ({ people }) => {
    for (const text of ['2026-02-28T23:59:59.999Z', '1969-07-20T20:17:40.001Z']) {
      const createdAt = new Date(text)
      expect((await added(people, { createdAt })).createdAt).toEqual(createdAt)
    }
  },
  'tells nothing from an empty text': async ({ people }) => {
    expect((await added(people, { passwordHash: '' })).passwordHash).toBe('')
    expect((await added(people, { passwordHash: null })).passwordHash).toBeNull()
  },
  'keeps every byte': async ({ people }) => {
    const avatar = Uint8Array.from({ length: 1_024 }, (_, index) => index % 256)
    expect((await added(people, { avatar })).avatar).toEqual(avatar)
  },
  'keeps a text of 200,000 characters': async ({ people }) => {
    const { id } = await added(people)
    const body = 'Grüße 🦊 '.repeat(25_000)
    await people.addNote({ personId: id, title: 'long', body, rank: 1 })
    expect((await people.notesOf(id))[0]?.body).toBe(body)
  },
  'fills in what is left out': async ({ people }) => {
    const before = Date.now()
    const person = await added(people)
    expect(person).toMatchObject({ active: true, settings: {}, avatar: null, balanceCents: 0 })
    expect(person.createdAt.getTime()).toBeGreaterThanOrEqual(before)
  },

  // JSON
  'keeps nested JSON': async ({ people }) => {
    const settings = { a: [1, 2.5, null, { b: true }], empty: {}, none: [] }
    expect((await added(people, { settings })).settings).toEqual(settings)
  },
  'keeps any text in JSON': async ({ people }) => {
    const settings = { 'quo"te': 'a\\b\n\t"\' 🦊 é', ключ: '值' }
    expect((await added(people, { settings })).settings).toEqual(settings)
  },
  'finds by a value in JSON': async ({ people }) => {
    const team = randomUUID()
    const { id } = await added(people, { settings: { team, n: 1 } })
    await added(people, { settings: { team: 'other' } })
    await added(people)
    expect((await people.withSetting('team', team)).map(person => person.id)).toEqual([id])
  },
  'takes the name of a JSON key literally': async ({ people }) => {
    const value = randomUUID()
    const key = `we"ird.key' or 1=1`
    const { id } = await added(people, { settings: { [key.replaceAll('"', '')]: value } })
    expect(await people.withSetting(key.replaceAll('"', ''), value)).toMatchObject([{ id }])
  },

  // Constraints
  'refuses a second row with the same key': async ({ people }) => {
    const person = someone()
    await people.add(person)
    await expect(people.add(person)).rejects.toMatchObject(refused('unique'))
    expect(await people.byEmail(person.email)).toBeDefined()
  },
  'refuses the same address in other letter case': async ({ people }) => {
    const person = await added(people)
    const shout = someone({ email: person.email.toUpperCase() })
    await expect(people.add(shout)).rejects.toMatchObject(refused('unique'))
  },
  'refuses a child without its parent': async ({ people }) => {
    const orphan = { personId: 999_999_999, title: 'x', body: '', rank: 1 }
    await expect(people.addNote(orphan)).rejects.toMatchObject(refused('foreign-key'))
  },
  'deletes the children with their parent': async ({ people }) => {
    const { id } = await added(people)
    await people.addNote({ personId: id, title: 'x', body: '', rank: 1 })
    await people.remove(id)
    expect(await people.notesOf(id)).toEqual([])
  },
  'refuses what must not be missing': async ({ engine }) => {
    const statement = sql`insert into data_people (email, email_key, name, active, settings)
      values ('x', ${email()}, null, ${true}, '{}')`
    await expect(run(engine, statement)).rejects.toMatchObject(refused('not-null'))
  },
  'refuses a negative balance and a name too long': async ({ people }) => {
    await expect(people.add(someone({ balanceCents: -1 }))).rejects.toMatchObject(refused('check'))
    const { id } = await added(people, { balanceCents: 5 })
    await expect(people.credit(id, -6)).rejects.toMatchObject(refused('check'))
    const name = 'é'.repeat(100)
    expect((await added(people, { name })).name).toBe(name)
    await expect(people.add(someone({ name: `${name}x` }))).rejects.toMatchObject(refused('check'))
  },

  // Auto-increment
  'numbers rows upwards': async ({ people }) => {
    const ids: number[] = []
    for (let i = 0; i < 5; i++) ids.push(await people.add(someone()))
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
  },
  'never gives a number again': async ({ people }) => {
    const last = await people.add(someone())
    await people.remove(last)
    expect(await people.add(someone())).toBeGreaterThan(last)
  },

  // Indexes
  'answers from the index': async ({ engine, people }) => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => people.add(someone())))
    for (const personId of ids) {
      const note = { person_id: personId, title: 'x', body: 'y' }
      const notes = Array.from({ length: 100 }, (_, rank) => ({ ...note, rank }))
      await engine.db.insertInto('data_notes').values(notes).execute()
    }
    expect(await planOf(engine, ids[3] ?? 0)).toContain('data_notes_rank')
  },
  'lets one of 20 win who add the same at once': async ({ people }) => {
    const person = someone()
    const tried = await Promise.allSettled(Array.from({ length: 20 }, () => people.add(person)))
    expect(tried.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const attempt of tried) {
      if (attempt.status === 'rejected') expect(attempt.reason).toMatchObject(refused('unique'))
    }
  },

  // Encodings
  'keeps characters beyond the first plane': async ({ people }) => {
    const name = '🦊 𝒳 中文 עברית'
    expect((await added(people, { name })).name).toBe(name)
  },
  'changes no composed and no decomposed character': async ({ people }) => {
    for (const name of ['e\u0301', '\u00e9', '\u202eabc']) {
      expect((await added(people, { name })).name).toBe(name)
    }
  },
  'holds é and e, and a space at the end, to be different': async ({ people }) => {
    const id = randomUUID()
    for (const one of [`é${id}@x.test`, `e${id}@x.test`, `e${id}@x.test `]) {
      await people.add(someone({ email: one }))
    }
    expect((await people.byEmail(`é${id}@x.test`))?.email).toBe(`é${id}@x.test`)
  },
  'takes every text literally': async ({ people }) => {
    for (const name of [`'); drop table data_people; --`, `\\'`, `\${x} {{y}} :z ? $1`, '%_!\\']) {
      const person = await added(people, { name })
      expect(person.name).toBe(name)
      expect((await people.named(name)).map(({ id }) => id)).toContain(person.id)
    }
    expect(await people.named('%_%_%nothing')).toEqual([])
  },

  // Transactions
  'shows a transaction to others when it commits, not before': async ({ engine, other }) => {
    const address = email()
    const outside = createPeople(other)
    await engine.transaction(async db => {
      await createPeople({ kind: engine.kind, db }).add(someone({ email: address }))
      expect(await outside.byEmail(address)).toBeUndefined()
    })
    expect(await outside.byEmail(address)).toBeDefined()
  },
  'leaves nothing of a transaction that throws': async ({ engine, people }) => {
    const address = email()
    const failing = engine.transaction(async db => {
      const inside = createPeople({ kind: engine.kind, db })
      const id = await inside.add(someone({ email: address }))
      await inside.addNote({ personId: id, title: 'x', body: '', rank: 1 })
      throw new Error('on purpose')
    })
    await expect(failing).rejects.toThrow('on purpose')
    expect(await people.byEmail(address)).toBeUndefined()
  },
  'leaves nothing of a transaction whose last step is refused': async ({ engine, people }) => {
    const address = email()
    const failing = engine.transaction(async db => {
      const inside = createPeople({ kind: engine.kind, db })
      await inside.add(someone({ email: address }))
      await inside.addNote({ personId: 999_999_999, title: 'x', body: '', rank: 1 })
    })
    await expect(failing).rejects.toMatchObject(refused('foreign-key'))
    expect(await people.byEmail(address)).toBeUndefined()
  },
  'goes back to a savepoint, and keeps what was before it': async ({ engine, people }) => {
    const [kept, dropped] = [email(), email()]
    const trx = await engine.db.startTransaction().execute()
    await createPeople({ kind: engine.kind, db: trx }).add(someone({ email: kept }))
    const saved = await trx.savepoint('before_second').execute()
    await createPeople({ kind: engine.kind, db: saved }).add(someone({ email: dropped }))
    await saved.rollbackToSavepoint('before_second').execute()
    await trx.commit().execute()
    expect(await people.byEmail(kept)).toBeDefined()
    expect(await people.byEmail(dropped)).toBeUndefined()
  },
  'loses no cent in transfers that cross': async ({ engine, other, people }) => {
    const ids = [await people.add(someone({ balanceCents: 1_000 })), 0, 0]
    for (const index of [1, 2]) ids[index] = await people.add(someone({ balanceCents: 1_000 }))
    const transfers = Array.from({ length: 16 }, (_, index) =>
      transfer(index % 2 ? engine : other, ids[index % 3] ?? 0, ids[(index * 2 + 1) % 3] ?? 0, 7),
    )
    await Promise.all(transfers)
    const balances = await Promise.all(ids.map(async id => (await found(people, id)).balanceCents))
    expect(balances.reduce((sum, cents) => sum + cents)).toBe(3_000)
  },
  'tells the second of two editors': async ({ people }) => {
    const { id, version } = await added(people)
    const edits = ['one', 'two'].map(name => people.change(id, { name }, version))
    expect((await Promise.all(edits)).sort()).toEqual([false, true])
    expect((await found(people, id)).version).toBe(version + 1)
  },
}

async function transfer(engine: Engine, from: number, to: number, cents: number): Promise<void> {
  if (from === to) return
  await engine.transaction(async db => {
    const people = createPeople({ kind: engine.kind, db })
    await people.credit(from, -cents)
    await people.credit(to, cents)
  })
}

/** How the database would find the notes of a person. */
async function planOf({ kind, db }: Engine, personId: number): Promise<string> {
  const notes = db.selectFrom('data_notes').select('title').where('person_id', '=', personId)
  const { sql: text, parameters } = notes.where('rank', '>', 97).orderBy('rank').compile()
  if (kind === 'postgres') await sql`analyze data_notes`.execute(db)
  const words = kind === 'sqlite' ? 'explain query plan' : 'explain'
  const plan = await db.executeQuery(CompiledQuery.raw(`${words} ${text}`, [...parameters]))
  return JSON.stringify(plan.rows)
}

async function run(engine: Engine, statement: RawBuilder<unknown>): Promise<void> {
  await engine.transaction(async db => {
    await statement.execute(db)
  })
}
