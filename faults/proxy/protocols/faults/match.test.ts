import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Message } from '../../contracts/protocol.ts'
import { lookAtSql } from '../postgres/sql.ts'
import { glob } from './glob.ts'
import { type MatchInput, matchAttributes, matcher } from './match.ts'

const order: Message = {
  direction: 'upstream',
  number: 7,
  kind: 'POST /orders/:id',
  key: '/orders/17',
  about: 'path',
  trace: 'req-1',
  text: 'POST /orders/17?dry=1',
  awaited: true,
}
const write: Message = {
  direction: 'upstream',
  number: 3,
  kind: 'MSET',
  key: 'cart:1',
  about: 'key',
  others: ['cart:2'],
  awaited: true,
}
const publish: Message = { ...write, kind: 'PUBLISH', key: 'hit', about: 'channel', others: [] }
const push: Message = {
  direction: 'downstream',
  number: 9,
  kind: 'message',
  key: 'hit',
  about: 'channel',
}
const [update, commit] = lookAtSql('/* why */ UPDATE public.Stock SET n = 1; COMMIT').statements
const query: Message = {
  direction: 'upstream',
  number: 4,
  kind: 'UPDATE',
  awaited: true,
  key: 'stock',
  statements: [update, commit].filter(each => each !== undefined),
}
const failed: Message = { ...query, direction: 'downstream', answers: 4, error: '40001' }
const sqlNews: Message = { ...query, statements: lookAtSql('notify news').statements }

function fits(match: MatchInput, message: Message, ageMs = 100): boolean {
  return matcher(matchAttributes.parse(match))(message, ageMs)
}

test.each<[MatchInput, Message]>([
  [{}, write],
  [{ command: 'mset' }, write],
  [{ command: ['GET', 'MSE?'], key: 'cart:*' }, write],
  [{ key: 'cart:2' }, write],
  [{ channel: 'hit' }, publish],
  [{ channel: 'hit', frame: 'message' }, push],
  [{ channel: 'news' }, sqlNews],
  [{ table: 'stock' }, query],
  [{ table: 'public.stock', text: '*Stock*' }, query],
  [{ statement: 'commit' }, query],
  [{ text: '/* why */*' }, query],
  [{ writes: true }, query],
  [{ writes: false, statement: 'COMMIT' }, query],
  [{ route: 'POST /orders/*' }, order],
  [{ route: '/orders/*' }, order],
  [{ text: '*dry=1' }, order],
  [{ trace: 'req-1' }, order],
  [{ statement: 'update', table: 'stock', error: '4000?' }, failed],
  [{ number: 7 }, order],
  [{ number: { from: 5, to: 9 } }, order],
  [{ number: { from: 5 } }, order],
  [{ ageMs: { from: 100, to: 100 } }, order],
])('%j fits', (match, message) => {
  expect(fits(match, message)).toBe(true)
})

test.each<[MatchInput, Message]>([
  [{ command: 'SET' }, write],
  [{ command: 'MSET', key: 'CART:*' }, write],
  [{ key: 'hit' }, publish],
  [{ key: 'hit' }, push],
  [{ channel: 'cart:*' }, write],
  [{ channel: 'stock' }, query],
  [{ table: 'news' }, sqlNews],
  [{ key: 'stock' }, query],
  [{ key: '/orders/17' }, order],
  [{ frame: 'MSET' }, write],
  [{ command: 'message' }, push],
  [{ statement: 'notification' }, { ...push, kind: 'notification' }],
  [{ statement: 'COMMIT', table: 'stock' }, query],
  [{ writes: true, statement: 'COMMIT' }, query],
  [{ key: 'cart' }, write],
  [{ route: 'GET /orders/*' }, order],
  [{ route: 'SET *' }, write],
  [{ text: '*' }, write],
  [{ error: '40P01' }, failed],
  [{ number: 8 }, order],
  [{ number: { to: 6 } }, order],
  [{ ageMs: { from: 101 } }, order],
])('%j does not fit', (match, message) => {
  expect(fits(match, message)).toBe(false)
})

test('housekeeping is never struck', () => {
  expect(fits({}, { ...write, minor: true })).toBe(false)
})

test('a glob without signs matches itself alone, whatever it is', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, other) => {
      fc.pre(!/[*?]/.test(text))
      expect(glob(text)(text)).toBe(true)
      expect(glob(text)(other)).toBe(text === other)
    }),
  )
})

test('a glob finds what it was cut from', () => {
  const parts = fc.array(fc.tuple(fc.string(), fc.constantFrom('*', '?')), { maxLength: 6 })
  fc.assert(
    fc.property(parts, fc.string({ minLength: 1, maxLength: 1 }), (cut, one) => {
      const clean = cut.map(([text, sign]) => [text.replace(/[*?]/g, ''), sign] as const)
      const pattern = clean.map(([text, sign]) => text + sign).join('')
      const found = clean.map(([text, sign]) => text + (sign === '?' ? one : 'any thing')).join('')
      expect(glob(pattern)(found)).toBe(true)
    }),
  )
})

test('no glob is slow, whatever the text', () => {
  const began = performance.now()
  for (let n = 0; n < 50; n++) {
    expect(fits({ text: `${'a*'.repeat(99)}b` }, { ...order, text: 'a'.repeat(1024) })).toBe(false)
  }
  expect(performance.now() - began).toBeLessThan(2000)
})
