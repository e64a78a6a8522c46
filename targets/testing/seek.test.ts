import { afterEach, expect, test, vi } from 'vitest'
import { LabError } from '../../lab/base/errors.ts'
import { seek } from './seek.ts'

const away = async () => {
  const why = 'the tests of this file compare with it'
  throw new LabError({
    code: 'no-peer',
    expected: 'a peer',
    found: 'none',
    why,
    next: 'apt-get install peer',
  })
}

afterEach(() => void vi.unstubAllEnvs())

test('gives what was found', async () => {
  vi.stubEnv('LAB_REQUIRE', 'peer')
  expect(await seek('Peer', async () => 'here')).toEqual({ found: 'here', missing: undefined })
})

test('tells loudly what is missing, and fails where it is required, in whatever case', async () => {
  using warned = vi.spyOn(console, 'warn').mockImplementation(() => {})
  vi.stubEnv('LAB_REQUIRE', 'another')
  expect((await seek('Peer', away)).missing).toContain('apt-get install peer')
  expect(warned.mock.calls.join()).toContain('Skipped: the tests that need Peer')
  vi.stubEnv('LAB_REQUIRE', 'another, peer')
  await expect(seek('Peer', away)).rejects.toThrow('Expected a peer')
})

test('takes no defect for an absence', async () => {
  const defect = async () => Promise.reject(new TypeError('not a function'))
  await expect(seek('Peer', defect)).rejects.toThrow('not a function')
})
