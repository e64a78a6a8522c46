/**
 * What is made once for each system and name, and is the same for whoever asks again: the final
 * reads of a workload have clients of their own, and must know what its traffic was about.
 */
export function oncePerRun<Value>() {
  const made = new WeakMap<object, Map<string, Promise<Value>>>()
  return (system: object, name: string, make: () => Promise<Value>): Promise<Value> => {
    const named = made.get(system) ?? new Map<string, Promise<Value>>()
    made.set(system, named)
    const known = named.get(name) ?? make()
    named.set(name, known)
    return known
  }
}
