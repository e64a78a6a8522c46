import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Redis } from 'ioredis'
import { once, openLab } from '../index.ts'

test('by node:test: a reply is lost, and the command was done', async t => {
  await using lab = openLab({ name: t.name, signal: t.signal })
  const redis = await lab.redis()
  const options = { retryStrategy: () => null, maxRetriesPerRequest: 0 }
  const client = new Redis(redis.url, options)
  client.on('error', () => {})
  await using lost = await redis.link.loseReply({ command: 'INCR', hits: once() })
  await assert.rejects(client.incr('n'))
  assert.equal(await lost.landed(), 1)
  const again = new Redis(redis.url, options)
  assert.equal(await again.get('n'), '1')
  again.disconnect()
})
