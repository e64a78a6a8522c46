import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  anySizes,
  expectAlike,
  expectUnharmed,
  hear,
  type Line,
  pieces,
  said,
  summary,
} from '../../testing/script.ts'
import { RedisSession } from './session.ts'

function command(...words: string[]): string {
  return `*${words.length}\r\n${words.map(bulk).join('')}`
}
function bulk(word: string): string {
  return `$${Buffer.byteLength(word)}\r\n${word}\r\n`
}
function listen(script: readonly Line[]): string[] {
  return summary(hear(new RedisSession(), script))
}

const dialogue: Line[] = [
  ['client', command('SET', 'cart:1', 'x'.repeat(200)) + command('get', 'cart:1')],
  ['server', `+OK\r\n${bulk('y'.repeat(90))}`],
  ['client', command('EVAL', 'return 1', '2', 'k1', 'k2', 'a') + command('EVAL', 'return 1', '0')],
  ['server', ':1\r\n-BUSY Redis is busy\r\n'],
  ['client', command('MULTI') + command('INCR', 'n') + command('EXEC')],
  ['server', '+OK\r\n+QUEUED\r\n*2\r\n:1\r\n*-1\r\n'],
  ['client', command('XREAD', 'COUNT', '2', 'STREAMS', 'events', '0')],
  ['server', '$-1\r\n'],
  ['client', 'PING\r\n'],
  ['client', command('SUBSCRIBE', 'chat:1', 'chat:2')],
  ['server', '+PONG\r\n*3\r\n$9\r\nsubscribe\r\n$6\r\nchat:1\r\n:1\r\n'],
  ['server', '*3\r\n$9\r\nsubscribe\r\n$6\r\nchat:2\r\n:2\r\n'],
  ['server', `*3\r\n${bulk('message')}${bulk('chat:1')}${bulk('hello')}`],
  ['client', command('HELLO', '3')],
  ['server', '%1\r\n$5\r\nproto\r\n:3\r\n'],
  ['client', command('GET', 'k')],
  ['server', `|1\r\n+ttl\r\n:3\r\n*2\r\n${bulk('message')}~1\r\n#t\r\n`],
  ['server', `>2\r\n${bulk('invalidate')}*1\r\n${bulk('k')}`],
  ['client', command('SET', 'größe', '1')],
  ['server', '-READONLY You can’t write\r\n'],
]

test('names commands, keys, errors and what each reply answers', () => {
  expect(listen(dialogue)).toEqual([
    '> SET cart:1',
    '> GET cart:1',
    '< SET cart:1 #1',
    '< GET cart:1 #2',
    '> EVAL k1',
    '> EVAL',
    '< EVAL k1 #3',
    '< EVAL !BUSY #4',
    '> MULTI',
    '> INCR n',
    '> EXEC',
    '< MULTI #5',
    '< INCR n #6',
    '< EXEC #7',
    '> XREAD events',
    '< XREAD events #8',
    '> PING',
    '> SUBSCRIBE chat:1',
    '< PING #9',
    '< message chat:1',
    '> HELLO',
    '< HELLO #11',
    '> GET k',
    '< GET k #12',
    '< invalidate',
    '> SET größe',
    '< SET größe !READONLY #13',
  ])
})

test('hears the same whatever the chunk borders, and passes every byte', () => {
  expectAlike(() => new RedisSession(), dialogue, 100)
})

test('reads any commands alike, whole or byte by byte', () => {
  const name = fc.constantFrom('SET', 'get', 'Eval', 'XADD', 'XREAD', 'HELLO', 'MODULE.DO', 'MULTI')
  const words = fc.tuple(name, fc.array(fc.string({ unit: 'grapheme', maxLength: 40 })))
  fc.assert(
    fc.property(fc.array(words, { minLength: 1 }), anySizes, (commands, sizes) => {
      const bytes = commands.map(([first, rest]) => command(first, ...rest)).join('')
      const whole = hear(new RedisSession(), [['client', bytes]])
      expect(hear(new RedisSession(), [['client', bytes]], pieces(sizes))).toEqual(whole)
      const kinds = whole.messages.map(({ message }) => message.kind)
      expect(kinds).toEqual(commands.map(([first]) => first.toUpperCase()))
    }),
  )
})

test('skips a big value by its length', () => {
  const value = '*3\r\n$3\r\nDEL\r\n'.repeat(100_000)
  const { messages } = hear(
    new RedisSession(),
    [['client', command('SET', 'big', value) + command('GET', 'next')]],
    pieces([65_536]),
  )
  expect(messages.map(({ message }) => message.kind)).toEqual(['SET', 'GET'])
})

test('counts kinds alone when no detail is wanted', () => {
  const session = new RedisSession()
  session.detail = false
  const [line] = summary(hear(session, [['client', command('SET', 'k', 'v')]]))
  expect(line).toBe('> SET')
})

test('marks what MULTI queues', () => {
  const script: Line[] = [
    ['client', ['MULTI', 'INCR', 'EXEC', 'GET'].map(name => command(name, 'k')).join('')],
  ]
  const forms = hear(new RedisSession(), script).messages.map(({ message }) => message.form)
  expect(forms).toEqual([undefined, 'queued', 'queued', undefined])
})

test('expects one answer more for a command that was sent twice', () => {
  const session = new RedisSession()
  const [sent] = hear(session, [['client', command('INCR', 'n') + command('GET', 'b')]]).messages
  if (sent) session.pending.repeat(sent.message.number, 1)
  const answers: Line[] = [['server', ':1\r\n:2\r\n$-1\r\n']]
  expect(summary(hear(session, answers))).toEqual(['< INCR n #1', '< INCR n #1', '< GET b #2'])
})

const confirmed = (kind: string, channel: string, count: number) =>
  `*3\r\n${bulk(kind)}${bulk(channel)}:${count}\r\n`

/** What the server's messages answer, with a dot behind the last one: `#1 #1. #2.`. */
function answered(session: RedisSession, script: readonly Line[]): string {
  return hear(session, script)
    .messages.filter(({ direction }) => direction === 'downstream')
    .map(({ message }) => `#${message.answers}${message.final === false ? '' : '.'}`)
    .join(' ')
}

test.each(['*', '>'])('confirmations (%s) answer what they confirm, in its turn', type => {
  const hello = command('HELLO', type === '>' ? '3' : '2')
  const answers = [
    confirmed('subscribe', 'a', 1) + confirmed('subscribe', 'b', 2),
    confirmed('message', 'a', 1),
    confirmed('psubscribe', 'c*', 3),
    '+PONG\r\n',
    confirmed('unsubscribe', 'a', 2),
  ].map((text): Line => ['server', text.replaceAll('*3', `${type}3`)])
  const asked = [['SUBSCRIBE', 'a', 'b'], ['PSUBSCRIBE', 'c*'], ['PING'], ['UNSUBSCRIBE', 'a']]
  const script: Line[] = [
    ['client', hello],
    ['server', '*0\r\n'],
    ['client', asked.map(words => command(...words)).join('')],
    ...answers,
  ]
  expect(answered(new RedisSession(), script)).toBe('#1. #2 #2. #undefined. #3. #4. #5.')
})

test('a subscription that is refused, or sent twice, has its answers', () => {
  const session = new RedisSession()
  const twice: Line[] = [['client', command('SUBSCRIBE', 'a', 'b') + command('PING')]]
  const [sent] = hear(session, twice).messages
  if (sent) session.pending.repeat(sent.message.number, 1)
  const both = confirmed('subscribe', 'a', 1) + confirmed('subscribe', 'b', 2)
  expect(answered(session, [['server', `${both}${both}+PONG\r\n`]])).toBe('#1 #1. #1 #1. #2.')
  const refused: Line[] = [
    ['client', command('SUBSCRIBE', 'a', 'b') + command('PING')],
    ['server', '-NOAUTH Authentication required.\r\n+PONG\r\n'],
  ]
  expect(answered(new RedisSession(), refused)).toBe('#1. #2.')
})

test('does not expect an answer to a command that was kept back', () => {
  const session = new RedisSession()
  const script: Line[] = [['client', command('SET', 'a', '1') + command('GET', 'b')]]
  const { messages } = hear(session, script)
  const kept = messages[0]?.message
  if (kept) session.pending.withdraw(kept.number)
  expect(summary(hear(session, [['server', '$-1\r\n']]))).toEqual(['< GET b #2'])
})

test.each([
  ['a replication stream', [command('PSYNC', '?', '-1')], 'replication stream'],
  ['TLS', ['\x16\x03\x01\x02\x00\x01'], 'encrypted'],
  ['another protocol', ['\x00\x00\x00\x08'], 'not the Redis protocol'],
  ['a bad length', ['*1\r\n$x\r\n'], 'not a number'],
  ['replies switched off', [command('CLIENT', 'REPLY', 'OFF')], 'CLIENT REPLY'],
])('passes %s unparsed', (_, lines, why) => {
  const script: Line[] = [...lines.map((line): Line => ['client', line]), ['server', 'whatever']]
  const hearing = hear(new RedisSession(), script)
  expect(hearing.unparsed).toBe(why)
  expect(hearing.passed).toEqual(said(script))
})

test('never throws, whatever bytes come, and passes them all', () => {
  expectUnharmed(() => new RedisSession(), dialogue)
})
