import { Toxiproxy } from 'toxiproxy-node-client'
import { z } from 'zod'
import { bearerOf } from '../../lab/base/bearer-of.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Link, Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { Context, LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { landedByLink } from '../landed-by-link.ts'
import { ProxyClient } from '../proxy/client/client.ts'
import { injectorOf, injectorShape } from './injector-of.ts'
import { type TapCounters, tapCounters } from './tap.ts'

type Direction = 'upstream' | 'downstream'

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
  readonly streams: readonly Direction[]
  /** What `landed` tells the number of: bytes of the toxic's own direction, or connections. */
  readonly counts: 'bytes' | 'connections'
  /** The toxic in its place where our own proxy injects, which has a better one. */
  readonly own?: 'black_hole'
}

/** A toxic on one link and in one direction. */
interface Placed {
  readonly link: Link
  readonly stream: Direction
  readonly name: string
}

export const undoArgs = z.array(injectorShape.extend({ toxic: z.string() }))

/**
 * Puts one toxic on every link of a part, and takes it off again. `name` and `settings` make the
 * label: `latency(postgres, 200ms)`. `landed` is what the toxics of each link have touched; the
 * original does not tell, so there it is what our tap has seen in the toxic's direction since the strike.
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
      const placed = links.flatMap(link =>
        toxic.streams.map(stream => ({ link, stream, name: `${mark}-${stream}` })),
      )
      return {
        undo: {
          module: import.meta.url,
          args: placed.map(({ link, name }) => ({ ...injectorOf(link), toxic: name })),
        },
        touches: links.map(link => link.name),
        apply: async () => {
          const meters = await Promise.all(
            placed.map(async each => ({ link: each.link, landed: await meterOf(each, toxic) })),
          )
          for (const each of placed) await add(each, toxic, context.lease)
          return { landed: () => landedByLink(meters, ({ landed }) => landed()) }
        },
      }
    },
  }
}

/** One that has no function of its own. */
export const examples: Examples<Linked> = part => [
  toxicFault('limitData', part, {
    type: 'limit_data',
    attributes: { bytes: 1_000 },
    streams: ['downstream'],
    counts: 'bytes',
  }),
]

const isOwn = ({ adminUrl, tapUrl }: Link): boolean => adminUrl === tapUrl
const clientOf = ({ tapUrl, tapToken }: Link) => new ProxyClient(tapUrl, tapToken)

async function add(
  { link, stream, name }: Placed,
  toxic: StandardToxic,
  lease: Context['lease'],
): Promise<void> {
  const { type, attributes, own } = toxic
  if (own && isOwn(link)) {
    const black = { name, type: own, stream, attributes: {}, ...(lease && { lease }) }
    await clientOf(link).addToxic(link.name, black)
  } else if ((lease || link.tapToken !== undefined) && isOwn(link)) {
    const standard = { name, type, stream, attributes, ...(lease && { lease }) }
    await clientOf(link).addToxic(link.name, standard)
  } else {
    const proxy = await new Toxiproxy(link.adminUrl).get(link.name)
    await proxy.addToxic({ name, type, stream, toxicity: 1, attributes })
  }
}

/** How to ask what the toxic has touched. Called before the toxic is added. */
async function meterOf(
  { link, stream, name }: Placed,
  { counts }: StandardToxic,
): Promise<() => Promise<number>> {
  if (isOwn(link)) {
    return async () => (await clientOf(link).landed(link.name, name))?.[counts] ?? 0
  }
  const seen = ({ received, closed }: TapCounters) =>
    counts === 'bytes' ? received[stream] : closed
  const before = seen(await tapCounters(link))
  return async () => seen(await tapCounters(link)) - before
}

/** Removes the toxics by their names; one that is gone, with or without its proxy, is done. */
export async function undo(args: Json): Promise<void> {
  for (const { toxic, ...injector } of undoArgs.parse(args)) {
    const { adminUrl, proxy } = injector
    const path = `/proxies/${encodeURIComponent(proxy)}/toxics/${encodeURIComponent(toxic)}`
    const answer = await fetch(new URL(path, adminUrl), {
      method: 'DELETE',
      headers: bearerOf(injector.token),
      signal: AbortSignal.timeout(5_000),
    })
    if (!answer.ok && answer.status !== 404) {
      throw new Error(
        `${adminUrl} refused to remove ${toxic}: ${answer.status} ${await answer.text()}`,
      )
    }
  }
}
