/** Values of one label that come from outside: past so many, all new ones are `other`. */
export function boundedLabel(most = 64): (value: string) => string {
  const known = new Set<string>()
  return value => {
    if (known.has(value)) return value
    if (known.size >= most) return 'other'
    known.add(value)
    return value
  }
}
