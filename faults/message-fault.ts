import { z } from 'zod'
import { LabError } from '../lab/errors.ts'
import type { Fault } from '../lab/fault.ts'
import type { Json } from '../lab/json.ts'
import type { LabSystem, Link, Linked, Selector } from '../lab/target.ts'
import { ProxyClient } from './proxy/client.ts'
import type {
  HitsOrder,
  MatchOrder,
  MessageToxicAttributes,
  MessageToxicType,
} from './proxy/orders.ts'

/** Which messages a fault strikes. Without `on` all of its kind, without `hits` each match. */
export interface Which<Match extends MatchOrder> {
  readonly on?: Match
  readonly hits?: HitsOrder
}

export interface MessageToxic<Type extends MessageToxicType> {
  readonly type: Type
  /** `upstream`: requests; `downstream`: answers, pushes, frames to the client. */
  readonly stream: 'upstream' | 'downstream'
  readonly attributes: MessageToxicAttributes[Type]
  readonly protocols: readonly Link['protocol'][]
  /** What every struck message is, whatever the user asks for. */
  readonly only?: MatchOrder
}

const undoArgs = z.array(
  z.object({ url: z.url(), token: z.string().optional(), proxy: z.string(), toxic: z.string() }),
)

/**
 * Puts one message toxic of our own proxy on every link of a part, and takes it off again. `landed`
 * counts the messages it struck. Refused where the real Toxiproxy injects.
 */
export function messageFault<System extends LabSystem, Type extends MessageToxicType>(
  name: string,
  select: Selector<System, Linked>,
  which: Which<MatchOrder>,
  toxic: MessageToxic<Type>,
): Fault<System> {
  const label = `${name}(${[select.label ?? 'links', ...describe(which)].join(', ')})`
  return {
    name,
    label,
    needs: ['embedded-proxy'],
    kind: 'lasting',
    plan: async (system, context) => {
      const { links } = await select(system)
      for (const link of links) refuseOtherProtocol(name, link, toxic.protocols)
      const mark = `${name}-${context.random.fork(label).integer(0, 0xffffff).toString(16)}`
      return {
        undo: {
          module: import.meta.url,
          args: links.map(({ tapUrl, tapToken, name: proxy }) => ({
            url: tapUrl,
            proxy,
            toxic: mark,
            ...(tapToken !== undefined && { token: tapToken }),
          })),
        },
        touches: links.map(link => link.name),
        apply: async () => {
          for (const link of links) await add(link, mark, which, toxic)
          return { landed: () => landed(links, mark) }
        },
      }
    },
  }
}

async function add<Type extends MessageToxicType>(
  link: Link,
  name: string,
  { on, hits }: Which<MatchOrder>,
  { type, stream, attributes, only }: MessageToxic<Type>,
): Promise<void> {
  await new ProxyClient(link.tapUrl, link.tapToken).addToxic(link.name, {
    name,
    type,
    stream,
    attributes: { ...attributes, match: { ...on, ...only } },
    ...(hits && { hits }),
  })
}

async function landed(links: readonly Link[], toxic: string): Promise<number> {
  const counts = await Promise.all(
    links.map(link => new ProxyClient(link.tapUrl, link.tapToken).landed(link.name, toxic)),
  )
  return counts.reduce((sum, count) => sum + (count?.messages ?? 0), 0)
}

function refuseOtherProtocol(
  fault: string,
  link: Link,
  protocols: readonly Link['protocol'][],
): void {
  if (protocols.includes(link.protocol)) return
  throw new LabError({
    code: 'fault-protocol',
    expected: `a link that speaks ${protocols.join(' or ')} for ${fault}`,
    found: `${link.name}, which speaks ${link.protocol}`,
    why: 'a fault at a message needs a proxy that can read the messages',
    next: 'select another part, or give the link its protocol in the target',
  })
}

function describe({ on = {}, hits = {} }: Which<MatchOrder>): string[] {
  return Object.entries({ ...on, ...hits }).map(([field, value]) => `${field} ${text(value)}`)
}

function text(value: unknown): string {
  if (Array.isArray(value)) return value.join(' or ')
  return typeof value === 'object' ? JSON.stringify(value) : `${value}`
}

/** Takes the toxics off by their names; what is gone already is done. */
export async function undo(args: Json): Promise<void> {
  for (const { url, token, proxy, toxic } of undoArgs.parse(args)) {
    await new ProxyClient(url, token).removeToxic(proxy, toxic)
  }
}
