import { z } from 'zod'
import type { Json } from '../lab/base/json.ts'
import type { Link, Linked, Selector } from '../lab/model/capability.ts'
import type { Fault } from '../lab/model/fault.ts'
import type { LabSystem } from '../lab/model/target.ts'
import { landedByLink } from './landed-by-link.ts'
import { type Landed, ProxyClient } from './proxy/client/client.ts'
import type { ToxicRequest, ToxicType } from './proxy/client/toxic-request.ts'

export interface OwnToxics<Type extends ToxicType> {
  /** For the label, behind the part: `200ms`. */
  readonly settings: readonly string[]
  /** Put on each link, in this order. */
  readonly toxics: readonly Omit<ToxicRequest<Type>, 'name'>[]
  /** What `landed` tells the number of, on each link. */
  readonly counts: keyof Landed
  /** Throws where this link cannot be hurt so. Nothing is touched yet. */
  readonly refuse?: (link: Link) => void | Promise<void>
}

export const undoArgs = z.array(
  z.object({ url: z.url(), token: z.string().optional(), proxy: z.string(), toxic: z.string() }),
)

/**
 * Puts toxics that only our own proxy knows on every link of a part, and takes them off again.
 * Refused where the real Toxiproxy injects.
 */
export function ownToxicFault<System extends LabSystem, Type extends ToxicType>(
  name: string,
  select: Selector<System, Linked>,
  { settings, toxics, counts, refuse = () => {} }: OwnToxics<Type>,
): Fault<System> {
  const label = `${name}(${[select.label ?? 'links', ...settings].join(', ')})`
  return {
    name,
    label,
    needs: ['embedded-proxy'],
    kind: 'lasting',
    plan: async (system, context) => {
      const { links } = await select(system)
      for (const link of links) await refuse(link)
      const mark = `${name}-${context.random.fork(label).integer(0, 0xffffff).toString(16)}`
      const { lease } = context
      const requests = toxics.map((toxic, index) => ({
        ...toxic,
        name: `${mark}-${index}`,
        ...(lease && { lease }),
      }))
      const each = links.flatMap(link => requests.map(request => ({ link, request })))
      return {
        undo: {
          module: import.meta.url,
          args: each.map(({ link: { tapUrl, tapToken, name: proxy }, request }) => ({
            url: tapUrl,
            proxy,
            toxic: request.name,
            ...(tapToken !== undefined && { token: tapToken }),
          })),
        },
        touches: links.map(link => link.name),
        apply: async () => {
          for (const link of links) await addAll(link, requests)
          return {
            landed: () =>
              landedByLink(each, async ({ link, request }) => {
                const landed = await clientOf(link).landed(link.name, request.name)
                return landed?.[counts] ?? 0
              }),
          }
        },
      }
    },
  }
}

/** All of them on the same connections, where they are for those that are open now. */
async function addAll<Type extends ToxicType>(
  link: Link,
  requests: readonly ToxicRequest<Type>[],
): Promise<void> {
  let ids: readonly number[] | undefined
  for (const request of requests) {
    const connections = ids && { ...request.connections, ids }
    const added = { ...request, ...(connections && { connections }) }
    ids = await clientOf(link).addToxic(link.name, added)
  }
}

function clientOf({ tapUrl, tapToken }: Link): ProxyClient {
  return new ProxyClient(tapUrl, tapToken)
}

/** Takes the toxics off by their names; what is gone already is done. */
export async function undo(args: Json): Promise<void> {
  for (const { url, token, proxy, toxic } of undoArgs.parse(args)) {
    await new ProxyClient(url, token).removeToxic(proxy, toxic)
  }
}
