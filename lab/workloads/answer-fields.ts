import { isRecord, type Json } from '../base/json.ts'

/** The values of the fields that both have; names in any case, with `_` or `-` or without. */
export function commonFields(sent: Json, value: Json): readonly (readonly [Json, Json])[] {
  if (!isRecord(sent) || !isRecord(value)) return []
  const found = new Map(Object.entries(value).map(([name, each]) => [plain(name), each]))
  return Object.entries(sent).flatMap(([name, each]) => {
    const other = found.get(plain(name))
    return each === undefined || other === undefined ? [] : [[each, other] as const]
  })
}

/** Whether it is said anywhere in it. */
export function namesKey(value: Json, key: string): boolean {
  return JSON.stringify(value).includes(JSON.stringify(key).slice(1, -1))
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function plain(name: string): string {
  return name.replace(/[_-]/g, '').toLowerCase()
}
