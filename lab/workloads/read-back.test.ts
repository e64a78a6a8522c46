import { expect, test } from 'vitest'
import type { Json } from '../base/json.ts'
import { readBackOutcome } from './read-back.ts'

const sent = { itemId: 'x', quantity: 2, tags: ['a'], address: { city: 'Bonn' } }
const answer = (body: Json, status = 200) => ({
  ...{ status, headers: { 'content-type': 'application/json' }, text: JSON.stringify(body) },
  request: { url: 'http://localhost/', signal: new AbortController().signal },
})
const shown = (body: Json, status?: number) =>
  readBackOutcome(answer(body, status), { key: 'key-1', sent })

test.each<{ readonly of: string; readonly body: Json; readonly status?: number }>([
  { of: '404', body: { error: 'no' }, status: 404 },
  { of: '410', body: {}, status: 410 },
  { of: 'null', body: null },
  { of: 'an empty list', body: [] },
  { of: 'an empty object', body: {} },
])('$of shows that nothing is there', ({ body, status }) => {
  expect(shown(body, status)).toEqual({ kind: 'ok', value: null })
})

test.each<readonly [string, Json]>([
  ['the same with more', { ...sent, id: 7, createdAt: 'now' }],
  ['other letters and underscores', { item_id: 'x', QUANTITY: 2 }],
  ['numbers as text, as of a database', { itemId: 'x', quantity: '2.00' }],
  ['less within', { address: { city: 'Bonn', zip: '53111' } }],
  ['the key alone', { order: { reference: 'key-1' } }],
  ['an envelope in an envelope', { data: { attributes: { ...sent } } }],
  ['the key beside what else there is', { reference: 'key-1', events: [{ at: 1 }, { at: 2 }] }],
])('%s shows what was sent', (_, body) => {
  expect(shown(body)).toEqual({ kind: 'ok', value: sent })
})

test.each<readonly [string, Json]>([
  ['another number', { itemId: 'x', quantity: 3 }],
  ['another number as text', { quantity: '3' }],
  ['a list with one more', { tags: ['a', 'b'] }],
  ['another value within', { address: { city: 'Köln' } }],
])('%s is shown as it is', (_, body) => {
  expect(shown(body)).toEqual({ kind: 'ok', value: body })
})

test('an envelope hides neither a second one, nor another value, nor that nothing is there', () => {
  const changed = { itemId: 'x', quantity: 3 }
  const asked = { key: 'key-1', sent: undefined }
  expect(shown({ orders: [sent, sent], total: 2 })).toEqual({ kind: 'ok', value: [sent, sent] })
  expect(shown({ data: { id: 'key-1', attributes: changed } })).toEqual({
    ...{ kind: 'ok', value: changed },
  })
  expect(shown({ request: 'key-1', data: [changed] })).toEqual({ kind: 'ok', value: [changed] })
  expect(shown({ items: [], total: 0 })).toEqual({ kind: 'ok', value: null })
  expect(readBackOutcome(answer({ items: [], total: 0 }), asked)).toMatchObject({ value: null })
  expect(readBackOutcome(answer({ items: [], query: 'key-1' }), asked)).toMatchObject({
    value: { query: 'key-1' },
  })
})

test('a list stays one, for it alone can show a second', () => {
  expect(shown([sent])).toEqual({ kind: 'ok', value: [sent] })
  expect(shown({ data: [sent], page: { number: 1 } })).toEqual({ kind: 'ok', value: [sent] })
})

test('twice is shown twice, and what nobody wrote as it is', () => {
  expect(shown([sent, sent])).toEqual({ kind: 'ok', value: [sent, sent] })
  expect(readBackOutcome(answer({ ok: true }), { key: 'key-1', sent: undefined })).toEqual({
    ...{ kind: 'ok', value: { ok: true } },
  })
})

test('an answer that has nothing in common shows nothing either way', () => {
  expect(shown({ ok: true })).toMatchObject({
    kind: 'info',
    error: expect.stringContaining('key-1'),
  })
})

test('a failure to answer is what it is', () => {
  expect(shown({ error: 'no' }, 503)).toMatchObject({ kind: 'info', status: 503 })
})
