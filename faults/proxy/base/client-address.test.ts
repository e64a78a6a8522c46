import { expect, test } from 'vitest'
import { parseAddress } from './address.ts'
import { isClient, parseClient } from './client-address.ts'

function fits(named: string, connected: string): boolean {
  const client = parseClient(named)
  const address = parseAddress(connected)
  if (!client || !address) throw new Error(`expected two addresses, found ${named}, ${connected}`)
  return isClient(client, address)
}

test.each([
  ['127.0.0.1', '127.0.0.1:4000'],
  ['127.0.0.1:4000', '127.0.0.1:4000'],
  ['::1', '[::1]:4000'],
  ['[::1]', '[::1]:4000'],
  ['[0:0:0:0:0:0:0:1]:4000', '[::1]:4000'],
  ['FE80::1', '[fe80::1]:4000'],
  ['127.0.0.1', '[::ffff:127.0.0.1]:4000'],
  ['::ffff:127.0.0.1', '127.0.0.1:4000'],
])('%s is the client %s', (named, connected) => {
  expect(fits(named, connected)).toBe(true)
})

test.each([
  ['127.0.0.1', '127.0.0.2:4000'],
  ['127.0.0.1:4001', '127.0.0.1:4000'],
  ['::1', '127.0.0.1:4000'],
  ['[::1]:4001', '[::1]:4000'],
])('%s is not the client %s', (named, connected) => {
  expect(fits(named, connected)).toBe(false)
})

test.each(['localhst', 'localhost:4000', '', ':', '127.0.0.1:', '127.0.0.1:0', '[::1]:x', '[x]'])(
  'nobody can be %j',
  text => {
    expect(parseClient(text)).toBeUndefined()
  },
)
