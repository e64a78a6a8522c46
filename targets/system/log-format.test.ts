import { expect, test } from 'vitest'
import { parseLogLine } from './log-format.ts'

test.each([
  ['pino', '{"level":50,"time":1700000000000,"msg":"no"}', 1_700_000_000_000],
  [
    'winston',
    '{"level":"error","message":"no","timestamp":"2023-11-14T22:13:20.000Z"}',
    1_700_000_000_000,
  ],
  ['zap', '{"level":"warn","ts":1700000000.5,"msg":"no"}', 1_700_000_000_500],
  ['Cloud Logging', '{"severity":"ERROR","message":"no"}', undefined],
])('a warning or an error of %s is told, with its time', (_, line, wallMs) => {
  const told = parseLogLine(line)
  expect(told).toMatchObject({ event: 'log', detail: { text: 'no' } })
  expect(told?.wallMs).toBe(wallMs)
})

test.each([
  '{"level":30,"msg":"served"}',
  '{"level":"info","message":"ok"}',
  'GET /x 200 3 ms',
  '{broken',
])('%s is not', line => {
  expect(parseLogLine(line)).toBeUndefined()
})

test.each([
  'Unhandled Rejection at: Promise',
  '[UnhandledPromiseRejection: This error originated either by throwing]',
  'uncaughtException: no',
  'Traceback (most recent call last):',
  'panic: runtime error: index out of range',
  'Exception in thread "main" java.lang.Error',
  '{"level":60,"msg":"unhandledRejection"}',
])('%s is an error that nobody handled', line => {
  expect(parseLogLine(line)).toMatchObject({ event: 'unhandled-error' })
})

test('plain text is told where it speaks of trouble', () => {
  expect(parseLogLine('connection refused')).toMatchObject({ event: 'text' })
})
