import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRedis } from '../../../targets/redis.ts'
import { until } from '../testing/proxied.ts'
import { type Rig, startRig } from '../testing/rig.ts'

let rig: Rig
let address: { host: string; port: number }

beforeAll(async () => {
  rig = await startRig()
  address = await startRedis(rig.run)
})
afterAll(() => rig?.[Symbol.asyncDispose]())

async function linked(options: Parameters<Rig['redis']>[1] = {}) {
  const link = await rig.proxy.link('redis', address)
  const client = rig.redis(link, options)
  await client.ping()
  return { link, client, direct: rig.redis(address) }
}

test.each([
  ['READONLY', "READONLY You can't write against a read only replica."],
  ['LOADING', 'LOADING Redis is loading the dataset in memory'],
  ['OOM', "OOM command not allowed when used memory > 'maxmemory'."],
  ['MOVED', 'MOVED 42 127.0.0.1:7001'],
  ['ASK', 'ASK 42 127.0.0.1:7001'],
  ['NOAUTH', 'NOAUTH Authentication required.'],
  [
    'BUSY',
    'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.',
  ],
  ['CLUSTERDOWN', 'CLUSTERDOWN The cluster is down'],
])('answers the matched command with %s, and no other', async (error, text) => {
  const { link, client, direct } = await linked()
  const toxic = await link.toxic({
    type: 'redis_error',
    attributes: {
      match: { command: 'set', key: `${error}:*` },
      error,
      slot: 42,
      address: '127.0.0.1:7001',
    },
  })
  await expect(client.set(`${error}:1`, 'x')).rejects.toThrow(text)
  await expect(client.set('other', 'x')).resolves.toBe('OK')
  await expect(client.get(`${error}:1`)).resolves.toBeNull()
  expect(await direct.exists(`${error}:1`)).toBe(0)
  expect(await toxic.landed()).toBe(1)
})

test('keeps the order of answers in a pipeline', async () => {
  const { link, client } = await linked()
  const toxic = await link.toxic({
    type: 'redis_error',
    attributes: { match: { command: 'INCR', key: 'hit' }, error: 'OOM' },
  })
  const pipeline = client.pipeline()
  for (let n = 0; n < 50; n++) {
    pipeline.set(`p${n}`, `v${n}`)
    pipeline.incr('hit')
    pipeline.get(`p${n}`)
  }
  const answers = await pipeline.exec()
  expect(answers?.map(([error, value]) => error?.message.slice(0, 3) ?? value)).toEqual(
    Array.from({ length: 50 }, (_, n) => ['OK', 'OOM', `v${n}`]).flat(),
  )
  expect(await toxic.landed()).toBe(50)
})

test('spoils a MULTI as a real error does, and nothing of it is done', async () => {
  const { link, client, direct } = await linked()
  const toxic = await link.toxic({
    type: 'redis_error',
    attributes: { match: { key: 'b' }, error: 'READONLY' },
    hits: { first: 1 },
  })
  const failed = client.multi().set('a', '1').set('b', '1').exec()
  await expect(failed).rejects.toThrow('EXECABORT')
  expect(await direct.exists('a', 'b')).toBe(0)
  await expect(client.multi().set('a', '1').set('b', '1').exec()).resolves.toEqual([
    [null, 'OK'],
    [null, 'OK'],
  ])
  await direct.del('a', 'b')
  await toxic.remove()
})

test('an error at EXEC discards the transaction', async () => {
  const { link, client, direct } = await linked()
  await link.toxic({
    type: 'redis_error',
    attributes: { match: { command: 'EXEC' }, error: 'LOADING' },
    hits: { first: 1 },
  })
  const failed = client.multi().set('c', '1').exec()
  await expect(failed).rejects.toThrow('EXECABORT Transaction discarded because of: LOADING')
  expect(await direct.exists('c')).toBe(0)
  await expect(client.set('c', '2')).resolves.toBe('OK')
})

test('a lost acknowledgement: the write is there, the client got an error', async () => {
  const { link, client, direct } = await linked()
  const toxic = await link.toxic({
    type: 'message_cut',
    stream: 'upstream',
    attributes: { match: { command: 'SET', key: 'acked' }, when: 'after' },
  })
  await expect(client.set('other', 'x')).resolves.toBe('OK')
  await expect(client.set('acked', 'x')).rejects.toThrow()
  expect(await direct.get('acked')).toBe('x')
  expect(await toxic.landed()).toBe(1)
})

test('a cut before: the write is not there', async () => {
  const { link, client, direct } = await linked()
  await link.toxic({
    type: 'message_cut',
    stream: 'upstream',
    attributes: { match: { command: 'SET', key: 'never' }, when: 'before' },
  })
  await expect(client.set('never', 'x')).rejects.toThrow()
  expect(await direct.exists('never')).toBe(0)
})

test('a cut in the middle of an answer', async () => {
  const { link, client, direct } = await linked()
  await direct.set('long', 'y'.repeat(100_000))
  await link.toxic({
    type: 'message_cut',
    attributes: { match: { command: 'GET', key: 'long' }, when: 'middle' },
  })
  await expect(client.get('other')).resolves.toBe('x')
  await expect(client.get('long')).rejects.toThrow()
})

test('delays the matched answer, and those behind it keep their order', async () => {
  const { link, client, direct } = await linked()
  await direct.mset('slow', 's', 'fast', 'f')
  const toxic = await link.toxic({
    type: 'message_delay',
    attributes: { match: { key: 'slow' }, delay: 150 },
  })
  await client.get('fast')
  expect(await toxic.landed()).toBe(0)
  const began = performance.now()
  expect(await Promise.all([client.get('slow'), client.get('fast')])).toEqual(['s', 'f'])
  expect(performance.now() - began).toBeGreaterThanOrEqual(149)
  expect(await toxic.landed()).toBe(1)
})

test('doubles a command: twice done, answered once', async () => {
  const { link, client, direct } = await linked()
  await direct.del('n')
  await link.toxic({
    type: 'message_duplicate',
    stream: 'upstream',
    attributes: { match: { command: 'INCR' } },
    hits: { first: 1 },
  })
  expect(await Promise.all([client.incr('n'), client.incr('n'), client.get('n')])).toEqual([
    1,
    3,
    '3',
  ])
})

test('drops a request: the client waits, and gets no other answer in its place', async () => {
  const { link, client, direct } = await linked({ commandTimeout: 300 })
  await direct.mset('x', '1', 'y', '2')
  await link.toxic({
    type: 'message_drop',
    stream: 'upstream',
    attributes: { match: { command: 'GET', key: 'x' } },
    hits: { first: 1 },
  })
  const [dropped, later] = await Promise.allSettled([client.get('x'), client.get('y')])
  expect(dropped.status).toBe('rejected')
  expect(later.status).toBe('rejected')
})

test('resets a connection whose answers are missing when the toxic goes', async () => {
  const { link, client, direct } = await linked()
  await direct.mset('x', '1', 'y', '2')
  const toxic = await link.toxic({
    type: 'message_drop',
    stream: 'upstream',
    attributes: { match: { key: 'x' } },
  })
  const answers = Promise.allSettled([client.get('x'), client.get('y')])
  await until(async () => (await toxic.landed()) === 2)
  await toxic.remove()
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await rig.redis(link).get('y')).toBe('2')
})

test('resets a connection in a spoilt transaction when the toxic goes', async () => {
  const { link, client, direct } = await linked()
  const toxic = await link.toxic({
    type: 'redis_error',
    attributes: { match: { key: 'b2' }, error: 'OOM' },
  })
  await client.call('MULTI')
  await client.call('SET', 'a2', '1')
  await expect(client.call('SET', 'b2', '1')).rejects.toThrow('OOM')
  await toxic.remove()
  await expect(client.call('EXEC')).rejects.toThrow()
  expect(await direct.exists('a2', 'b2')).toBe(0)
})

test('corrupts the value and not the framing', async () => {
  const { link, client, direct } = await linked()
  await direct.set('word', 'hello')
  await link.toxic({
    type: 'message_corrupt',
    attributes: { match: { command: 'GET', key: 'word' }, offset: 4, count: 2 },
  })
  const found = await client.getBuffer('word')
  expect(found?.subarray(2).toString()).toBe('llo')
  expect(found?.toString()).not.toBe('hello')
  await expect(client.set('word', 'hello')).resolves.toBe('OK')
})

test('answers with what answered the matching command before, on the same connection', async () => {
  const { link, client, direct } = await linked()
  await direct.mset('one', '1', 'two', 'second', 'other', 'x')
  await link.toxic({
    type: 'message_stale',
    stream: 'downstream',
    attributes: { match: { command: 'GET', key: ['one', 'two'] } },
  })
  expect(await client.get('one')).toBe('1')
  expect(await client.get('two')).toBe('1')
  expect(await client.get('other')).toBe('x')
  expect(await client.get('one')).toBe('second')
})

test.each([2, 3] as const)(
  'drops, doubles and reorders pub/sub messages (RESP%i)',
  async protocol => {
    const { link, client, direct } = await linked({ protocol })
    const channel = `chat:${protocol}`
    const heard: string[] = []
    client.on('message', (_, message: string) => heard.push(message))
    await client.subscribe(channel, 'control')
    const fault = (type: string, hits: object, attributes: object = {}) =>
      link.toxic({
        type,
        attributes: { match: { frame: 'message', channel }, ...attributes },
        hits,
      })
    await fault('message_drop', { skip: 1, first: 1 })
    await fault('message_duplicate', { skip: 2, first: 1 })
    await fault('message_reorder', { skip: 4, first: 1 })
    const done = new Promise(resolve => client.on('message', on => on === 'control' && resolve(on)))
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) await direct.publish(channel, `${n}`)
    await direct.publish('control', 'end')
    await done
    // A message that one toxic struck is not shown to the next.
    expect(heard.join(' ')).toBe('1 3 4 4 5 6 8 7 end')
  },
)

test('not one byte is changed, whatever the values and the chunk borders', async () => {
  const { link, client, direct } = await linked()
  const attributes = { average_size: 7, size_variation: 6 }
  await link.toxic({ type: 'slicer', attributes })
  await link.toxic({ type: 'slicer', stream: 'upstream', attributes })
  await link.toxic({ type: 'message_drop', attributes: { match: { key: 'not there' } } })
  const values = fc.array(fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)))
  await fc.assert(
    fc.asyncProperty(values, async written => {
      await client.del('list')
      await Promise.all(written.map(value => client.rpush('list', value)))
      expect(await client.lrangeBuffer('list', 0, -1)).toEqual(written)
      expect(await direct.lrangeBuffer('list', 0, -1)).toEqual(written)
    }),
    { numRuns: 20 },
  )
})

test('refuses what it does not know, with the name of the field', async () => {
  const { link } = await linked()
  const refusals = [
    { type: 'redis_error', attributes: {} },
    { type: 'redis_error', attributes: { error: 'OOPS' } },
    { type: 'redis_error', attributes: { error: 'OOM', match: { comand: 'SET' } } },
    { type: 'message_cut', attributes: { when: 'later' } },
    { type: 'message_delay', attributes: { delay: -1 } },
    { type: 'postgres_error', attributes: { code: '40001' } },
  ]
  const fields = ['error', 'error', 'match.comand', 'when', 'delay', 'redis']
  for (const [i, body] of refusals.entries()) {
    expect(await link.refusal(body)).toContain(fields[i])
  }
})
