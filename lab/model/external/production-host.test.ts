import { expect, test } from 'vitest'
import { looksLikeProduction } from './production-host.ts'

test.each([
  'localhost',
  '127.0.0.1',
  '10.1.2.3',
  '172.31.0.9',
  '192.168.1.7',
  '[::1]',
  'fd00::7',
  'postgres',
  'toxiproxy',
  'redis.staging.internal',
  'api.default.svc',
  'products',
  'delivery-api',
])('%s is of this machine or of a private network', host => {
  expect(looksLikeProduction(host)).toBeUndefined()
})

test.each([
  '8.8.8.8',
  '172.32.0.1',
  '2001:db8::1',
  'db.example.com',
  'prod-db',
  'db.prod.internal',
  'redis-live-1',
  'production',
])('%s looks like production', host => {
  expect(looksLikeProduction(host)).toBeDefined()
})
