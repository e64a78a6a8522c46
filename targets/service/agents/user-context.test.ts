import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely'
import { describe, expect, test } from 'vitest'
import { createUserContexts } from './user-context.ts'

/** Contexts are made and cleaned up without a statement; no server is asked here. */
const trx = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: db => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
})

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

  test('control: one that is not cleaned up is counted', () => {
    const contexts = createUserContexts()
    contexts.open('somebody', trx)
    expect(contexts.count).toBe(1)
  })
})
