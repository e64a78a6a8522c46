import { afterEach, expect, test, vi } from 'vitest'
import { redisServer } from '../runtime/redis-server.ts'
import { missing } from './missing.ts'

const nowhere = {
  ...redisServer,
  name: 'Nowhere',
  command: 'nowhere-server',
  packages: ['no-such-package-anywhere'],
}

afterEach(() => void vi.unstubAllEnvs())

test('a server that is here is not missing', async () => {
  expect(await missing(redisServer)).toBeUndefined()
})

test('one that cannot be had is told with the line that installs it', async () => {
  using warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.stubEnv('LAB_REQUIRE', 'redis')
  // A machine without apt: asking a real one would only take time.
  vi.stubEnv('PATH', '/nowhere')
  expect(await missing(nowhere)).toContain(nowhere.install.apt)
  expect(warned.mock.calls.join()).toContain('Skipped: the tests that need Nowhere')
})
