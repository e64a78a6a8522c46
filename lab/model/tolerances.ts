import { isDeepStrictEqual } from 'node:util'
import { type Duration, toMs } from '../base/duration.ts'
import type { Json } from '../base/json.ts'
import type { Tolerance } from './hypothesis.ts'

/** The probe's value is this one. */
export function equals(expected: Json): Tolerance<Json> {
  return {
    expected: `exactly ${JSON.stringify(expected)}`,
    accepts: value => isDeepStrictEqual(value, expected),
  }
}

/**
 * The probe's value, in ms where the bound is a duration, is a number no greater than the bound.
 */
export function atMost(bound: number | Duration): Tolerance<Json> {
  const most = numeric(bound)
  return {
    expected: `at most ${bound}`,
    bound: most,
    accepts: value => typeof value === 'number' && value <= most,
  }
}

/** The probe's value, in ms where the bound is a duration, is a number no less than the bound. */
export function atLeast(bound: number | Duration): Tolerance<Json> {
  const least = numeric(bound)
  return {
    expected: `at least ${bound}`,
    bound: least,
    accepts: value => typeof value === 'number' && value >= least,
  }
}

function numeric(bound: number | Duration): number {
  return typeof bound === 'number' ? bound : toMs(bound)
}
