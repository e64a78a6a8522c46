/**
 * The value with those of its fields renamed that differ from a known one in the case of letters
 * alone, as Go's JSON reader takes them. Of two spellings of one field the last counts, as there.
 */
export function foldCase(value: unknown, known: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const names = new Map(known.map(name => [name.toLowerCase(), name]))
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [names.get(name.toLowerCase()) ?? name, each]),
  )
}
