import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { changeProxy, restoreProxy } from './change-proxy.ts'
import { common } from './form.ts'
import { injectorOf, injectorShape } from './injector-of.ts'
import { openConnections } from './tap.ts'

export const undoArgs = z.array(injectorShape)

/**
 * Takes the links away: open connections are closed and new ones are refused. `landed` is how many
 * connections were open on each link.
 */
export function down<System extends LabSystem>(select: Selector<System, Linked>): Fault<System> {
  return {
    name: 'down',
    label: `down(${select.label ?? 'links'})`,
    needs: [],
    kind: 'lasting',
    plan: async system => {
      const { links } = await select(system)
      return {
        undo: {
          module: import.meta.url,
          args: links.map(injectorOf),
        },
        touches: links.map(link => link.name),
        apply: async () => {
          const cut = await openConnections(links)
          for (const link of links) await changeProxy(injectorOf(link), { enabled: false })
          return { landed: () => cut }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'down',
  says: 'Connections are closed and new ones refused.',
  settings: none,
  make: select => down(select),
})

export const examples: Examples<Linked> = part => [down(part)]

/** Enables the proxies again; one that is gone is done. */
export async function undo(args: Json): Promise<void> {
  for (const injector of undoArgs.parse(args)) {
    await restoreProxy(injector, { enabled: true })
  }
}
