import { expect, test } from 'vitest'
import type { Json } from '../base/json.ts'
import type { Tolerance } from '../model/hypothesis.ts'
import { errorRatio, hypothesis, p95, throughput, type WorkloadProbe } from '../model/probes.ts'
import { atLeast, atMost } from '../model/tolerances.ts'
import { adding, type CounterSystem } from '../testing/counter-target.ts'
import { toleranceRefusals } from './tolerance-refusals.ts'

test.each<[string, WorkloadProbe<number>, Tolerance<Json>, boolean]>([
  ['every ratio', errorRatio(adding()), atMost(1), true],
  ['nearly every ratio', errorRatio(adding()), atMost(0.99), false],
  ['any rate', throughput(adding()), atLeast(0), true],
  ['some rate', throughput(adding()), atLeast(1), false],
  ['any latency', p95(adding()), atMost(Number.POSITIVE_INFINITY), true],
  ['a latency', p95(adding()), atMost('1m'), false],
])('a tolerance of %s', (_, probe, tolerance, isRefused) => {
  const steadyState = [hypothesis<CounterSystem, number>('well', probe, tolerance)]
  const abortWhen = [{ probe, accepts: tolerance, forMs: 1_000 }]
  const codes = toleranceRefusals({ steadyState, abortWhen }).map(({ code }) => code)
  expect(codes).toEqual(isRefused ? ['abort-never', 'hypothesis-of-everything'] : [])
})

test('of a probe of the system nothing is known', () => {
  const probe = { name: 'replicas', measure: () => Promise.resolve(0) }
  const steadyState = [hypothesis<CounterSystem, number>('well', probe, atLeast(0))]
  expect(toleranceRefusals({ steadyState, abortWhen: [] })).toEqual([])
})
