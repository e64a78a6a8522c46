import { Toxiproxy } from 'toxiproxy-node-client'
import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Link, Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { touched } from './tap.ts'

/** One of Toxiproxy's standard toxics, which ours and the original both know. */
export interface StandardToxic {
  readonly type:
    | 'latency'
    | 'bandwidth'
    | 'slow_close'
    | 'timeout'
    | 'slicer'
    | 'limit_data'
    | 'reset_peer'
  readonly attributes: { readonly [name: string]: number }
  readonly streams: readonly ('upstream' | 'downstream')[]
}

export const undoArgs = z.array(
  z.object({ adminUrl: z.url(), proxy: z.string(), toxic: z.string() }),
)

/**
 * Puts one toxic on every link of a part, and takes it off again. `name` and `settings` make the
 * label: `latency(postgres, 200ms)`.
 */
export function toxicFault<System extends LabSystem>(
  name: string,
  select: Selector<System, Linked>,
  toxic: StandardToxic,
  settings = '',
): Fault<System> {
  const label = `${name}(${select.label ?? 'links'}${settings && `, ${settings}`})`
  return {
    name,
    label,
    needs: [],
    kind: 'lasting',
    plan: async (system, context) => {
      const { links } = await select(system)
      const mark = `${name}-${context.random.fork(label).integer(0, 0xffffff).toString(16)}`
      const toxics = links.flatMap(link =>
        toxic.streams.map(stream => ({ link, stream, name: `${mark}-${stream}` })),
      )
      return {
        undo: {
          module: import.meta.url,
          args: toxics.map(one => ({
            adminUrl: one.link.adminUrl,
            proxy: one.link.name,
            toxic: one.name,
          })),
        },
        touches: links.map(link => link.name),
        apply: async () => {
          const before = await touched(links)
          for (const { link, stream, name } of toxics) await add(link, stream, name, toxic)
          return { landed: async () => (await touched(links)) - before }
        },
      }
    },
  }
}

async function add(
  link: Link,
  stream: 'upstream' | 'downstream',
  name: string,
  toxic: StandardToxic,
): Promise<void> {
  const proxy = await new Toxiproxy(link.adminUrl).get(link.name)
  const { type, attributes } = toxic
  await proxy.addToxic({ name, type, stream, toxicity: 1, attributes })
}

/** Removes the toxics by their names; one that is gone, with or without its proxy, is done. */
export async function undo(args: Json): Promise<void> {
  for (const { adminUrl, proxy, toxic } of undoArgs.parse(args)) {
    const path = `/proxies/${encodeURIComponent(proxy)}/toxics/${encodeURIComponent(toxic)}`
    const answer = await fetch(new URL(path, adminUrl), {
      method: 'DELETE',
      signal: AbortSignal.timeout(5_000),
    })
    if (!answer.ok && answer.status !== 404) {
      throw new Error(
        `${adminUrl} refused to remove ${toxic}: ${answer.status} ${await answer.text()}`,
      )
    }
  }
}
