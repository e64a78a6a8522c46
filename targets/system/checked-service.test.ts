import { expect, test } from 'vitest'
import { checkedService } from './checked-service.ts'
import { environmentText } from './environment-text.ts'
import { http } from './ready.ts'

test('a sound service is left as it is', () => {
  const sound = { command: 'node .', instances: 2, ready: http('/health'), env: () => ({}) }
  expect(checkedService(sound)).toBe(sound)
})

test.each([
  [{ comand: 'node .' }, /comand.*node server\.js/s],
  [{ command: ['node', '.'] }, /node server\.js/],
  [{ command: 'node .', ready: '/health' }, /expected a function.*ready/s],
])('%j is refused with its fields', (options, said) => {
  expect(() => checkedService(options)).toThrow(said)
})

test('a process is told texts; what is undefined it is not told, and no object', () => {
  const said = { URL: 'redis://x', PORT: 80, NONE: undefined }
  expect(environmentText('api', said)).toEqual({ URL: 'redis://x', PORT: '80' })
  expect(() => environmentText('api', { DB: { url: 'x' } })).toThrow('DB: {"url":"x"}')
})
