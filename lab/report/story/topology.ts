import { ofKind } from '../../checkers/shared/history.ts'
import type { Journal } from '../../journal/journal.ts'

/** Who speaks to whom in the system, and what the faults touched of it. */
export interface Topology {
  /** Columns from those who only ask to those who only answer. */
  readonly columns: readonly (readonly Part[])[]
  readonly links: readonly TopologyLink[]
}

export interface Part {
  readonly name: string
  /** Faults that struck the part itself. */
  readonly hurtBy: readonly string[]
}

export interface TopologyLink {
  readonly consumer: string
  readonly provider: string
  readonly hurtBy: readonly string[]
}

/** Parts and links of the run; empty where the target has no links. */
export function topologyOf(journal: Journal): Topology {
  const names = ofKind(journal, 'system').flatMap(({ links }) => links)
  const hurt = Map.groupBy(
    ofKind(journal, 'fault')
      .filter(({ step }) => step === 'applied')
      .flatMap(({ label, touches }) => touches.map(touched => ({ label, touched }))),
    ({ touched }) => touched,
  )
  const hurtBy = (name: string) => [...new Set(hurt.get(name)?.map(({ label }) => label))]
  const links = new Map<string, TopologyLink>()
  for (const name of names) {
    const [consumer, provider] = name.split('>').map(partOf)
    if (consumer === undefined || provider === undefined) continue
    const id = `${consumer}>${provider}`
    const before = links.get(id)?.hurtBy ?? []
    links.set(id, { consumer, provider, hurtBy: [...new Set([...before, ...hurtBy(name)])] })
  }
  const all = [...links.values()]
  const depths = depthsOf(all)
  const parts = [...depths].map(([name, depth]) => ({ name, depth, hurtBy: hurtBy(name) }))
  const byDepth = Map.groupBy(parts, ({ depth }) => depth)
  const columns = [...byDepth]
    .toSorted(([a], [b]) => a - b)
    .map(([, column]) => column.map(({ name, hurtBy }) => ({ name, hurtBy })))
  return { columns, links: all }
}

/** A process with several roles is one part: `shop-1.realtime` is `shop-1`. */
function partOf(name: string): string {
  return name.replace(/\.\w+$/, '')
}

/** The longest way from somebody who only asks; peers that ask each other end the search. */
function depthsOf(links: readonly TopologyLink[]): ReadonlyMap<string, number> {
  const names = [...new Set(links.flatMap(({ consumer, provider }) => [consumer, provider]))]
  const depths = new Map(names.map(name => [name, 0]))
  for (let pass = 0; pass < names.length; pass++) {
    for (const { consumer, provider } of links) {
      if (consumer === provider) continue
      const depth = Math.min((depths.get(consumer) ?? 0) + 1, mostDepth)
      depths.set(provider, Math.max(depths.get(provider) ?? 0, depth))
    }
  }
  return depths
}

const mostDepth = 5
