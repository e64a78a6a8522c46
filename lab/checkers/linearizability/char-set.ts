/** Small sets of small numbers, some more than once, as sorted texts: they compare and make keys. */
export type CharSet = string

export function has(set: CharSet, member: number): boolean {
  return set !== '' && set.includes(String.fromCharCode(member))
}

export function withMember(set: CharSet, member: number): CharSet {
  const char = String.fromCharCode(member)
  let place = set.length
  while (place > 0 && (set[place - 1] ?? '') > char) place--
  return place === set.length ? set + char : set.slice(0, place) + char + set.slice(place)
}

export function withoutMember(set: CharSet, member: number): CharSet {
  return set.replace(String.fromCharCode(member), '')
}

export function countOf(set: CharSet, member: number): number {
  const char = String.fromCharCode(member)
  const first = set.indexOf(char)
  return first < 0 ? 0 : set.lastIndexOf(char) - first + 1
}

export function isSubset(set: CharSet, of: CharSet): boolean {
  let place = 0
  for (let i = 0; i < of.length && place < set.length; i++) if (of[i] === set[place]) place++
  return place === set.length
}
