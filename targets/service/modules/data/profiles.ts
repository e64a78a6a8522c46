import { type Cache, createCache } from '../../cache/cache.ts'
import type { Kit } from '../../kit.ts'
import { explain } from './answers.ts'
import type { Engine } from './engine.ts'
import { createPeople, type People } from './people.ts'
import { type Notes, notes, type Profile, profile } from './profile.ts'
import type { Person } from './tables.ts'

export type ProfileCache = Cache<{ profile: Profile; notes: Notes }>

export function createProfileCache(
  parts: Pick<Kit, 'redis' | 'defences' | 'metrics'>,
): ProfileCache {
  const { defences } = parts
  const ttlMs = defences.on('profile-cache') ? defences.settings('profile-cache').ttlMs : 0
  return createCache(parts, { name: 'data', ttlMs, entries: { profile, notes } })
}

/** A person's own pages: read from the cache, in a namespace of their own; changed in the database. */
export interface Profiles {
  of(personId: number): Promise<Profile | undefined>
  rename(personId: number, name: string): Promise<void>
  notesOf(personId: number): Promise<Notes>
  /** Resolves to the note's id. */
  addNote(personId: number, note: { title: string; body: string }): Promise<number>
}

export function createProfiles(engine: Engine, cache: ProfileCache): Profiles {
  const people = createPeople(engine)
  // In a transaction, since one that finds the database busy with another writer is tried again.
  const change = <Result>(work: (people: People) => Promise<Result>) =>
    engine.transaction(trx => work(createPeople({ kind: engine.kind, db: trx }))).catch(explain)
  const load = async (personId: number): Promise<Notes> => {
    const found = await people.notesOf(personId).catch(explain)
    return found.map(({ id, title, body }) => ({ id, title, body }))
  }
  return {
    of: personId =>
      cache.read(`${personId}`, 'profile', async () => {
        const person = await people.byId(personId).catch(explain)
        return person && shown(person)
      }),
    rename: async (personId, name) => {
      await change(them => them.change(personId, { name }))
      await cache.invalidate(`${personId}`)
    },
    notesOf: async personId =>
      (await cache.read(`${personId}`, 'notes', () => load(personId))) ?? [],
    addNote: async (personId, note) => {
      const id = await change(them => them.addNote({ ...note, personId, rank: 0 }))
      await cache.invalidate(`${personId}`)
      return id
    },
  }
}

export function shown({ id, email, name, verifiedAt }: Person): Profile {
  return { id, email, name, verified: verifiedAt !== null }
}
