import { expect, test } from 'vitest'
import {
  expectAlike,
  expectUnharmed,
  hear,
  type Line,
  said,
  summary,
} from '../../testing/script.ts'
import { PostgresSession } from './session.ts'

function typed(type: string, body: string | Buffer = ''): string {
  const bytes = Buffer.from(body)
  const header = Buffer.alloc(4)
  header.writeInt32BE(bytes.length + 4)
  return type + header.toString('latin1') + bytes.toString('latin1')
}
function bytes(...parts: string[]): Buffer {
  return Buffer.from(parts.join(''), 'latin1')
}
function untyped(code: number, body = ''): string {
  const header = Buffer.alloc(8)
  header.writeInt32BE(body.length + 8)
  header.writeInt32BE(code, 4)
  return header.toString('latin1') + body
}
const ready = (status: string) => typed('Z', status)
const failure = (code: string) => typed('E', `SERROR\0VERROR\0C${code}\0Mno\0\0`)
const parse = (name: string, sql: string) => typed('P', `${name}\0${sql}\0\0\0`)
const bind = (name: string) => typed('B', `\0${name}\0\0\0\0\0\0\0`)
const execute = typed('E', '\0\0\0\0\0')
const sync = typed('S')
const done = (tag: string) => typed('C', `${tag}\0`)
const ssl = untyped(80877103)
const startup = untyped(196608, 'user\0me\0database\0shop\0\0')
const welcome = bytes(typed('R', '\0\0\0\0'), typed('S', 'a\0b\0'), ready('I'))

const listen = (script: readonly Line[]) => summary(hear(new PostgresSession(), script))

const dialogue: Line[] = [
  ['client', bytes(ssl)],
  ['server', 'N'],
  ['client', bytes(startup)],
  ['server', welcome],
  ['client', bytes(typed('Q', 'BEGIN; /* trace=t1 */ UPDATE stock SET n=1\0'))],
  ['server', bytes(done('BEGIN'), done('UPDATE 1'), ready('T'))],
  [
    'client',
    bytes(parse('q', '/* trace=t2 */ INSERT INTO orders VALUES ($1)'), bind('q'), execute),
  ],
  ['client', bytes(bind('q'), execute, sync)],
  ['server', bytes(typed('1'), typed('2'), done('INSERT 0 1'), typed('2'), failure('40001'))],
  ['server', bytes(ready('E'))],
  ['client', bytes(parse('', 'ROLLBACK'), bind(''), execute, sync)],
  ['server', bytes(typed('A', '\0\0\0\x07chan\0hello\0'), typed('1'), typed('2'))],
  ['server', bytes(done('ROLLBACK'), ready('I'))],
  ['client', bytes(typed('Q', 'COPY orders FROM STDIN\0'))],
  ['server', bytes(typed('G', '\0\0\0'))],
  ['client', bytes(typed('d', 'x'.repeat(300)), typed('c'))],
  ['server', bytes(done('COPY 1'), ready('I'))],
  ['client', bytes(parse('', 'nonsense'), bind(''), execute)],
  ['server', bytes(failure('42601'))],
  ['client', bytes(bind(''), execute, sync)],
  ['server', bytes(ready('I'))],
  ['client', bytes(typed('Q', 'SELECT 1 FROM t\0'), typed('X'))],
  ['server', bytes(typed('T', '\0\0'), typed('D', '\0\0'), done('SELECT 1'), ready('I'))],
]

test('names verbs, tables, traces, error codes and what is answered', () => {
  expect(listen(dialogue)).toEqual([
    '> STARTUP shop',
    '> BEGIN @t1',
    '< BEGIN @t1 #3',
    '< UPDATE stock @t1 #3',
    '> INSERT orders @t2',
    '> INSERT orders @t2',
    '< INSERT orders @t2 #6',
    '< INSERT orders @t2 !40001 #8',
    '> ROLLBACK',
    '< notification chan',
    '< ROLLBACK #12',
    '> COPY orders',
    '< COPY orders #14',
    '> NONSENSE',
    '< NONSENSE !42601 #19',
    '> NONSENSE',
    '> SELECT t',
    '< SELECT t #23',
  ])
})

test('hears the same whatever the chunk borders, and passes every byte', () => {
  expectAlike(() => new PostgresSession(), dialogue, 100)
})

test('tells the transaction status at the end of each cycle', () => {
  const { messages } = hear(new PostgresSession(), dialogue)
  const cycles = messages.filter(({ message }) => message.kind === 'ReadyForQuery')
  expect(cycles.map(({ message }) => message.text).join('')).toBe('ITEIIII')
})

test('passes what is encrypted unparsed', () => {
  const script: Line[] = [
    ['client', bytes(ssl)],
    ['server', 'S'],
    ['client', Buffer.from([22, 3, 1, 2, 0])],
    ['server', Buffer.from([22, 3, 3, 0, 0])],
  ]
  const hearing = hear(new PostgresSession(), script)
  expect(hearing.unparsed).toBe('encrypted')
  expect(hearing.passed).toEqual(said(script))
})

test('knows a cancel request', () => {
  expect(listen([['client', bytes(untyped(80877102, '12345678'))]])).toEqual(['> CANCEL'])
})

test('never throws, whatever bytes come, and passes them all', () => {
  expectUnharmed(() => new PostgresSession(), dialogue, dialogue.slice(0, 4))
})
