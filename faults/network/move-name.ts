import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { connectionsHit } from '../process/arrivals.ts'
import { changeProxy } from './change-proxy.ts'
import { injectorOf } from './injector-of.ts'

/** Links to a server, and the one that is to take its place for whoever goes by them. */
export interface Replaceable extends Linked {
  readonly to: { readonly host: string; readonly port: number }
}

/**
 * The name by which consumers reach a server moves to another one, as at the end of a failover:
 * connections are closed, and new ones lead there. Destructive: the name is not moved back, since the
 * server that was left may hold what nobody shall see again. Lands on the connections that were open,
 * and on those that it led to the other since.
 */
export function moveName<System extends LabSystem>(
  select: Selector<System, Replaceable>,
): Fault<System> {
  return {
    name: 'moveName',
    label: `moveName(${select.label ?? 'links'})`,
    needs: [],
    kind: 'destructive',
    plan: async system => {
      const { links, to } = await select(system)
      return {
        undo: undefined,
        touches: links.map(link => link.name),
        apply: async () => {
          const landed = await connectionsHit(links)
          const upstream = `${to.host}:${to.port}`
          for (const link of links) await changeProxy(injectorOf(link), { upstream })
          return { landed }
        },
      }
    },
  }
}

export const form = 'it needs a place to move to, which only a layout with a standby has'

export const examples: Examples<Replaceable> = part => [moveName(part)]
