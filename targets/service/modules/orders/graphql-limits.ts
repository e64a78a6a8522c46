import { GraphQLError, Kind, type SelectionNode, type ValidationRule } from 'graphql'

/** Orders lead to lines and those back to orders: without a bound, each round costs more. */
const maxDepth = 5
const maxFields = 200
/** Before anything is understood. */
export const maxTokens = 2_000

/** Each alias of a list is a query of its own, at no depth. */
export const limitFields: ValidationRule = context => {
  let count = 0
  return {
    Field: nodes => {
      count += 1
      if (count !== maxFields + 1) return
      context.reportError(new GraphQLError(`More than ${maxFields} fields.`, { nodes }))
    },
  }
}

/** What a fragment holds is as deep as if it stood where the fragment is used. */
export const limitDepth: ValidationRule = context => {
  const known = new Map<string, number>()
  const inFragment = (name: string): number => {
    const depth = known.get(name)
    if (depth !== undefined) return depth
    // Until it is known: one that holds itself has no end.
    known.set(name, Number.POSITIVE_INFINITY)
    const found = below(context.getFragment(name)?.selectionSet.selections)
    known.set(name, found)
    return found
  }
  const below = (selections: readonly SelectionNode[] = []): number =>
    selections.reduce((deepest, each) => Math.max(deepest, depthOf(each)), 0)
  const depthOf = (node: SelectionNode): number =>
    node.kind === Kind.FRAGMENT_SPREAD
      ? inFragment(node.name.value)
      : 1 + below(node.selectionSet?.selections)
  return {
    OperationDefinition: node => {
      const depth = below(node.selectionSet.selections)
      if (depth <= maxDepth) return
      const name = node.name?.value ?? 'The'
      const message = `${name} query depth (${depth}) exceeds the query depth limit of ${maxDepth}.`
      context.reportError(new GraphQLError(message, { nodes: node }))
    },
  }
}
