import { expect, test } from 'vitest'
import { createSealer } from './sealed.ts'

test('opens what it sealed, and nothing that was changed or sealed with another key', () => {
  const sealer = createSealer('one secret')
  const sealed = sealer.seal('a refresh token')
  expect(sealed).not.toContain('refresh')
  expect(sealer.seal('a refresh token')).not.toBe(sealed)
  expect(sealer.open(sealed)).toBe('a refresh token')
  expect(() => createSealer('another').open(sealed)).toThrow()
  const changed = Buffer.from(sealed, 'base64url')
  changed[30] = (changed[30] ?? 0) ^ 1
  expect(() => sealer.open(changed.toString('base64url'))).toThrow()
})
