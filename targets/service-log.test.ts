import { expect, test } from 'vitest'
import { parseServiceLine } from './service-log.ts'

const about = { time: 1_700, instance: 'shop-1', trace: 'background' }
const parse = (fields: object) => parseServiceLine(JSON.stringify({ ...about, ...fields }))

test("tells of a breaker's change as the check of breakers reads it", () => {
  const line = { level: 40, event: 'breaker', name: 'redis', state: 'open', msg: 'it is open' }
  expect(parse(line)).toEqual({
    event: 'breaker',
    detail: { trace: 'background', name: 'redis', state: 'open', msg: 'it is open' },
    wallMs: 1_700,
  })
})

test('tells of a refusal by its code, of an error without its stack, and of plain text as it is', () => {
  const err = { type: 'Error', message: 'no reply', code: 'ETIMEDOUT', stack: 'Error: no reply' }
  expect(parse({ level: 40, code: 'redis-unavailable', err, msg: 'No sessions now.' })).toEqual({
    event: 'problem',
    detail: {
      trace: 'background',
      code: 'redis-unavailable',
      msg: 'No sessions now.',
      error: { message: 'no reply', code: 'ETIMEDOUT' },
    },
    wallMs: 1_700,
  })
  const text = "TypeError: Cannot read properties of undefined (reading 'id')"
  expect(parseServiceLine(text)).toEqual({ event: 'text', detail: { text } })
})

test('leaves out what it says of each request and frame', () => {
  expect(parse({ level: 30, msg: 'answered', status: 200 })).toBeUndefined()
  expect(parse({ level: 30, msg: 'handled', event: 'frame' })).toBeUndefined()
  expect(parse({ level: 30, msg: 'listening', event: 'ready', pid: 7 })?.event).toBe('ready')
  expect(parseServiceLine('{"half a li')).toBeUndefined()
})
