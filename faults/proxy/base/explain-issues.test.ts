import { expect, test } from 'vitest'
import { z } from 'zod'
import { explainIssues } from './explain-issues.ts'

const schema = z.strictObject({
  latency: z.int(),
  match: z.strictObject({ route: z.string(), text: z.string() }).partial().optional(),
})

function explained(given: unknown): string {
  const { error } = schema.safeParse(given)
  return error ? explainIssues(error, schema, 'attributes') : 'nothing'
}

test('a field that is unknown is told with those that are known there', () => {
  expect(explained({ latency: 1, jitter: 2 })).toBe(
    'attributes.jitter: unknown field, known are latency, match',
  )
  expect(explained({ latency: 1, match: { method: 'POST' } })).toBe(
    'attributes.match.method: unknown field, known are route, text',
  )
})

test('each issue is told with its field', () => {
  expect(explained({ latency: 'x', match: { a: 1, b: 2 } })).toMatch(
    /^attributes\.latency: .*; attributes\.match\.a: unknown .*; attributes\.match\.b: unknown /,
  )
})
