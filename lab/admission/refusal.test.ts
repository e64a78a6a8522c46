import { expect, test } from 'vitest'
import { doubled, refusalError } from './refusal.ts'

const refusal = (code: string) => {
  return { code, expected: `no ${code}`, found: `a ${code}`, why: 'It is bad.', next: 'Go on.' }
}

test('tells the first refusal in full, and what was found of each other one', () => {
  const { message, verdict, code } = refusalError(refusal('ring'), [refusal('gap')])
  expect({ verdict, code }).toEqual({ verdict: 'usage', code: 'ring' })
  expect(message).toContain('no ring')
  expect(message).toContain('also: expected no gap; found a gap')
  expect(refusalError(refusal('ring'), []).message).not.toContain('also')
})

test('names what stands more than once, and each only once', () => {
  expect(doubled(['a', 'b', 'a', 'c', 'a', 'b'])).toEqual(['a', 'b'])
  expect(doubled(['a', 'b'])).toEqual([])
})
