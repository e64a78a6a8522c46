import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { isRecord, type Json } from '../base/json.ts'
import type { Outcome } from '../journal/journal.ts'
import { commonFields, isList, namesKey } from './answer-fields.ts'
import type { HttpAnswer } from './http.ts'
import { httpOutcome } from './http-outcome.ts'
import { unwrapped } from './unwrapped.ts'

/** What was asked for: its key, and what had been sent; nothing where nobody wrote it. */
export interface Asked {
  readonly key: string
  readonly sent: Json | undefined
}

/**
 * What an answer shows of what was written, in the usual way. Nothing, for 404 and 410, and for a body
 * that is empty, null, [] or {}. A list: one of it for each element. An envelope around it, as
 * `{ data: […], page: {…} }`, is opened (`unwrapped`). It is as it was sent (and the value is then what
 * was sent) where no field that both have differs; field names in any case, with `_` or without, and
 * numbers also as text. An answer that has no field in common and names the key nowhere
 * shows nothing either way: that ends `info`.
 */
export function readBackOutcome(answer: HttpAnswer, asked: Asked): Outcome {
  if (answer.status === 404 || answer.status === 410) return { kind: 'ok', value: null }
  let clueless = false
  const outcome = httpOutcome(answer, body => {
    const opened = unwrapped(z.json().parse(body ?? null), asked)
    const values = listOf(opened)
    const shown = values.map(value => shownBy(value, asked))
    clueless = shown.includes(undefined)
    const [first, ...others] = shown.filter(value => value !== undefined)
    if (first === undefined) return null
    return others.length === 0 && !isList(opened) ? first : [first, ...others]
  })
  if (!clueless || outcome.kind !== 'ok') return outcome
  const error = `the answer has no field that was sent, and no ${asked.key}: say by found what it shows`
  return { kind: 'info', ended: 'untyped', status: answer.status, error }
}

function listOf(body: Json): readonly Json[] {
  const values = isList(body) ? body : [body]
  return values.filter(value => !isNothing(value))
}

function isNothing(value: Json): boolean {
  if (value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** Undefined where it cannot be told. What nobody wrote is shown as it is. */
function shownBy(value: Json, { key, sent }: Asked): Json | undefined {
  if (sent === undefined) return value
  const common = commonFields(sent, value)
  if (common.some(([one, other]) => !isSame(one, other))) return value
  const isSent =
    common.length > 0 || namesKey(value, key) || (!isRecord(sent) && isSame(sent, value))
  return isSent ? sent : undefined
}

function isSame(one: Json, other: Json): boolean {
  if (isRecord(one) && isRecord(other))
    return commonFields(one, other).every(([a, b]) => isSame(a, b))
  if (isList(one) && isList(other)) {
    return one.length === other.length && one.every((each, at) => isSame(each, other[at] ?? null))
  }
  return (
    isDeepStrictEqual(one, other) || (isScalar(one) && isScalar(other) && isSameText(one, other))
  )
}

/** Databases give numbers with more digits than JSON's as text, and with as many decimals as the column. */
function isSameText(one: string | number, other: string | number): boolean {
  if (typeof one === typeof other) return false
  return (
    `${one}` === `${other}` ||
    (`${one}` !== '' && `${other}` !== '' && Number(one) === Number(other))
  )
}

function isScalar(value: Json): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}
