import type { Link } from '../lab/model/capability.ts'

/**
 * What was touched on each link, by its name: the sum over all that is placed on it, 0 where that has
 * touched nothing yet.
 */
export async function landedByLink<Placed extends { readonly link: Link }>(
  placed: readonly Placed[],
  ask: (each: Placed) => number | Promise<number>,
): Promise<Readonly<Record<string, number>>> {
  const told = await Promise.all(
    placed.map(async each => ({ link: each.link.name, landed: await ask(each) })),
  )
  const byLink = Map.groupBy(told, ({ link }) => link)
  return Object.fromEntries(
    [...byLink].map(([link, all]) => [link, all.reduce((sum, { landed }) => sum + landed, 0)]),
  )
}
