import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { createDefences } from './defences.ts'
import { classify, createClassify, reasonOf } from './failure.ts'

/** As the driver tells what Postgres answered. */
function sqlError(code: string, severity = 'ERROR'): Error {
  const error = new pg.DatabaseError('relation "secret" says something', 0, 'error')
  return Object.assign(error, { code, severity })
}

const named = (name: string, message: string) => Object.assign(new Error(message), { name })

describe('whose fault an error of Postgres is', () => {
  test.each([
    ['victim', ['40001', '40P01', '55P03']],
    ['server', ['08006', '08P01', '25006', '25P03', '25P04', '28P01', '28000', '3D000', '26000']],
    ['server', ['53000', '53100', '53200', '53300', '53400', '55000', '55006']],
    ['server', ['57000', '57014', '57P01', '57P02', '57P03', '57P05', '58030', 'F0000']],
    ['server', ['XX000', 'XX001', '40003']],
    ['work', ['22001', '22P02', '23502', '23503', '23505', '23514', '25P02', '40002']],
    ['work', ['42601', '42501', '42P01', '0A000', '21000', 'P0001']],
  ])('is the %s: %s', (fault, codes) => {
    expect(codes.map(code => classify(sqlError(code)).fault)).toEqual(codes.map(() => fault))
  })

  test.each([
    ['ERROR', '40001', true],
    ['ERROR', '57014', true],
    ['FATAL', '57P01', false],
    ['ERROR', '08006', false],
    ['ERROR', '40003', false],
  ])('says with %s %s that nothing was done: %s', (severity, code, isAnswer) => {
    expect(classify(sqlError(code, severity)).isAnswer).toBe(isAnswer)
  })
})

test.each([
  'Connection terminated unexpectedly',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
])('the driver of Postgres says that it is away: %s', message => {
  const expected = { fault: 'server', dependency: 'postgres', isAnswer: false }
  expect(classify(new Error(message))).toMatchObject(expected)
})

test.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'EMFILE',
])('no socket leads there: %s', code => {
  const error = Object.assign(new Error('connect'), { code })
  expect(classify(error)).toMatchObject({ fault: 'server', code, isAnswer: false })
})

test.each([
  ['READONLY You can’t write against a read only replica.', 'server', 'READONLY'],
  ['LOADING Redis is loading the dataset in memory', 'server', 'LOADING'],
  ['MASTERDOWN Link with MASTER is down', 'server', 'MASTERDOWN'],
  ['OOM command not allowed', 'server', 'OOM'],
  ['BUSY Redis is busy running a script', 'server', 'BUSY'],
  ['ERR max number of clients reached', 'server', 'ERR'],
  ['WRONGTYPE Operation against a key', 'work', 'WRONGTYPE'],
  ['ERR syntax error', 'work', 'ERR'],
])('Redis answers %s, which is the fault of the %s', (message, fault, code) => {
  const failure = { fault, code, dependency: 'redis', isAnswer: true }
  expect(classify(named('ReplyError', message))).toEqual(failure)
})

test.each([
  named('Error', "Stream isn't writeable and enableOfflineQueue options is false"),
  named('Error', 'Connection is closed.'),
  named('Error', 'Command timed out'),
  named('MaxRetriesPerRequestError', 'Reached the max retries per request limit (which is 0).'),
])('the driver of Redis says that it is away: $message', error => {
  const expected = { fault: 'server', dependency: 'redis', isAnswer: false }
  expect(classify(error)).toMatchObject(expected)
})

test('what nobody foresaw is unknown', () => {
  expect(classify(new TypeError('x is not a function')).fault).toBe('unknown')
  expect(classify('a text').fault).toBe('unknown')
})

test('people read what the work says, and never what a database says', () => {
  expect(reasonOf(new Error('The message it replies to is not here.'))).toMatch(/not here/)
  expect(reasonOf(sqlError('23505'))).toBe('It could not be stored (23505).')
  expect(reasonOf(new Error('Connection terminated unexpectedly'))).toBe('It could not be stored.')
})

test('without error-classes only lost connections and deadlocks are known', () => {
  const few = createClassify(createDefences(['error-classes']))
  const faults = ['40P01', '57P01', '25006', '53100', '55P03'].map(
    code => few(sqlError(code)).fault,
  )
  expect(faults).toEqual(['victim', 'server', 'unknown', 'unknown', 'unknown'])
})
