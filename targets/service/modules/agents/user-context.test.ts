import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import { describe, expect, test } from 'vitest'
import { createUserContexts, type UserContext, type UserContexts } from './user-context.ts'

/** Contexts are made and cleaned up without a statement; no server is asked here. */
const trx = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

/** Opens and ends so many, and keeps no hold of any. */
function useMany(contexts: UserContexts, count: number): readonly WeakRef<UserContext>[] {
  return Array.from({ length: count }, () => {
    using context = contexts.open('the same person', trx)
    return new WeakRef(context)
  })
}

/** How many are there still after the garbage was collected. */
async function alive(contexts: readonly WeakRef<UserContext>[]): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collectGarbage: unknown = runInNewContext('gc')
  if (typeof collectGarbage !== 'function') throw new Error('V8 gave no garbage collector.')
  await new Promise(resolve => setImmediate(resolve)) // a turn keeps what it has looked at
  collectGarbage()
  return contexts.filter(context => context.deref() !== undefined).length
}

describe('AGT-04 user contexts', () => {
  test('are fresh each time, and none of a thousand is left', () => {
    const contexts = createUserContexts()
    const seen = new Set<object>()
    for (let index = 0; index < 1_000; index++) {
      using context = contexts.open('the same person', trx)
      seen.add(context)
      expect(contexts.count).toBe(1)
    }
    expect(seen.size).toBe(1_000)
    expect(contexts.count).toBe(0)
  })

  test('are cleaned up when the work in them fails', () => {
    const contexts = createUserContexts()
    const fail = () => {
      using _ = contexts.open('somebody', trx)
      throw new Error('no')
    }
    expect(fail).toThrow('no')
    expect(contexts.count).toBe(0)
  })

  test('cannot be used when they are over', async () => {
    const contexts = createUserContexts()
    const context = contexts.open('somebody', trx)
    expect(await context.use({ tool: 'recall' })).toEqual({ facts: [] })
    context[Symbol.dispose]()
    await expect(context.use({ tool: 'recall' })).rejects.toThrow('over')
  })

  test('leave no memory behind: a thousand that are over can all be collected', async () => {
    const contexts = createUserContexts()
    expect(await alive(useMany(contexts, 1_000))).toBe(0)
    expect(contexts.count).toBe(0)
  })

  test('control: those that are not cleaned up are counted, and kept', async () => {
    const contexts = createUserContexts()
    const leaked = Array.from({ length: 10 }, () => new WeakRef(contexts.open('somebody', trx)))
    expect(await alive(leaked)).toBe(10)
    expect(contexts.count).toBe(10)
  })
})
