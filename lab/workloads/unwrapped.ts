import { isRecord, type Json } from '../base/json.ts'
import { commonFields, isList, namesKey } from './answer-fields.ts'

/**
 * What an envelope is around: `{ data: […], total: 2 }` shows its list, `{ order: {…} }` the order. An
 * envelope has no field that was sent, and holds one thing that may be meant: the only list or object,
 * else the only one that names the key, else the only list. Left as it is where the key stands beside
 * that thing, unless the thing has fields that were sent.
 */
export function unwrapped(
  body: Json,
  asked: { readonly key: string; readonly sent: Json | undefined },
): Json {
  const { key, sent = null } = asked
  if (!isRecord(body) || commonFields(sent, body).length > 0) return body
  const fields = Object.entries(body).flatMap(([name, value = null]) => [[name, value] as const])
  const holding = fields.filter(([, value]) => isList(value) || isRecord(value))
  const meant = [
    holding,
    holding.filter(([, value]) => namesKey(value, key)),
    holding.filter(([, value]) => isList(value)),
  ].find(some => some.length === 1)
  const [name, within] = meant?.[0] ?? []
  if (name === undefined || within === undefined) return body
  const opened = unwrapped(within, asked)
  const things = isList(opened) ? opened : [opened]
  if (things.some(thing => commonFields(sent, thing).length > 0)) return opened
  const beside = fields.flatMap(([other, value]) => (other === name ? [] : [value]))
  return namesKey(beside, key) ? body : opened
}
