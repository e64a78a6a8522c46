import type { Json } from '../../base/json.ts'

/**
 * How a lie falsifies an answer whose form only the workload knows: every way to change it a
 * little. A way is made into a value when it is called, for an answer may have thousands of them.
 */
export type Ways = readonly (() => Json)[]

/** One element of a list is missing, at any depth; last, nothing is there at all. */
export function withOneLess(value: Json): Ways {
  const lists = inLists(value, (list, place) => list.toSpliced(place, 1))
  return [...lists, () => null]
}

/** One element of a list is there twice; a single value becomes a list of two. */
export function withOneTwice(value: Json): Ways {
  if (value === null) return []
  const lists = inLists(value, (list, place) => list.toSpliced(place, 0, list[place] ?? null))
  return lists.length > 0 || isList(value) ? lists : [() => [value, value]]
}

/** One number or text in it is another: the number by `delta`. */
export function withOneAltered(value: Json, delta = 1): Ways {
  if (typeof value === 'number') return [() => value + delta]
  if (typeof value === 'string') return [() => `${value}~`]
  return inside(value, part => withOneAltered(part, delta))
}

function inLists(value: Json, change: (list: readonly Json[], place: number) => Json): Ways {
  const here = isList(value) ? value.map((_, place) => () => change(value, place)) : []
  return [...here, ...inside(value, part => inLists(part, change))]
}

/** The value with one of its parts changed in each of the ways of that part. */
function inside(value: Json, waysOf: (part: Json) => Ways): Ways {
  if (isList(value)) {
    return value.flatMap((part, place) => waysOf(part).map(way => () => value.with(place, way())))
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, part]) =>
    part === undefined ? [] : waysOf(part).map(way => () => ({ ...value, [name]: way() })),
  )
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
