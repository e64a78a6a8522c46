/**
 * A list that is made when somebody looks into it. A falsified copy of a large journal is mostly asked
 * for its entries of one kind, which need no copy of the whole (`ofKind`).
 */
export function lazily<Thing>(make: () => readonly Thing[]): readonly Thing[] {
  let made: readonly Thing[] | undefined
  const look = () => {
    made ??= make()
    return made
  }
  const empty: readonly Thing[] = []
  return new Proxy(empty, {
    get: (_, name) => {
      const value: unknown = Reflect.get(look(), name)
      // What goes through a list asks the one that was made, not this one for each of its elements.
      const isMethod = typeof value === 'function' && name !== 'constructor'
      return isMethod ? value.bind(look()) : value
    },
    has: (_, name) => Reflect.has(look(), name),
    ownKeys: () => Reflect.ownKeys(look()),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor(look(), name),
  })
}
