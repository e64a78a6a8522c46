import { expect } from 'vitest'
import type { Answer } from './case.ts'

export interface Received {
  readonly status: number
  readonly contentType: string
  readonly headers: Headers
  readonly text: string
}

/** Fails, with both shown, when an answer is not as it must be. */
export function compare(received: Received, expected: Answer, what: string): void {
  const seen = `${what} → ${received.status} ${received.text.slice(0, 300)}`
  expect(received.status, seen).toBe(expected.status)
  if (expected.contentType !== undefined) {
    expect(received.contentType.replace(/;\s*/, '; '), seen).toBe(expected.contentType)
  }
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    expect(received.headers.get(name), `${seen}, ${name}`).toEqual(shape(value))
  }
  if (typeof expected.body === 'string') expect(received.text, seen).toBe(expected.body)
  else if (expected.body !== undefined) {
    expect({ body: JSON.parse(received.text) }, seen).toMatchObject({ body: shape(expected.body) })
  }
}

/** RegExps become matchers; everything else stands for itself. */
function shape(value: unknown): unknown {
  if (value instanceof RegExp) return expect.stringMatching(value)
  if (Array.isArray(value)) return value.map(shape)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shape(each)]))
}
