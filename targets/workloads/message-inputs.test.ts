import { expect, test } from 'vitest'
import { seeded } from '../../lab/base/random.ts'
import { isPoison, message, messageOperations, type Poisoned } from './message-inputs.ts'

function made(count: number, shares: { poison?: Poisoned; replies?: number }) {
  return [...messageOperations(seeded(1), shares).take(count)]
}

test('poison comes as often as was asked for, each kind, and none without', () => {
  const operations = made(600, { poison: { throws: 25, hangs: 40, kills: 60 } })
  const kinds = Map.groupBy(operations, ({ input }) => message.parse(input).poison)
  const counts = (['throws', 'hangs', 'kills', 'rollsBack'] as const).map(
    kind => kinds.get(kind)?.length ?? 0,
  )
  expect(counts).toEqual([24, 15, 10, 0])
  expect(operations.filter(isPoison)).toHaveLength(49)
  expect(made(600, {}).filter(isPoison)).toEqual([])
})

test('a reply is to the last message of the same person, which is no poison', () => {
  const all = made(500, { poison: { throws: 5 }, replies: 40 }).map(({ input }) =>
    message.parse(input),
  )
  const replies = all.filter(({ inReplyTo }) => inReplyTo !== undefined)
  expect(replies.length).toBeGreaterThan(100)
  for (const { inReplyTo, person, poison } of replies) {
    const before = all.find(({ id }) => id === inReplyTo)
    expect(before).toMatchObject({ person })
    expect([poison, before?.poison]).toEqual([undefined, undefined])
  }
})
