/**
 * Who starts before whom: each after those that it reads of, as far as that goes. In a ring somebody
 * must be first: the one that is named first.
 */
export function startOrder(reads: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const order: string[] = []
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name) || !reads.has(name)) return
    seen.add(name)
    for (const other of reads.get(name) ?? []) visit(other)
    order.push(name)
  }
  for (const name of reads.keys()) visit(name)
  return order
}
