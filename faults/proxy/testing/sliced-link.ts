import fc from 'fast-check'
import type { MessageProxy, ToxicBody } from './message-proxy.ts'

interface Address {
  readonly host: string
  readonly port: number
}

export interface SlicedLink extends Address {
  /** Adds a toxic where the protocol is understood. */
  toxic(body: ToxicBody): Promise<unknown>
  /** What was counted there: `request:GET`, `error:…`, `unparsed`. */
  events(): Promise<ReadonlyMap<string, number>>
  /** Those of them that should not be. */
  faulty(): Promise<string[]>
}

/** Sizes of slices: what passes gets a border about every so many bytes, drawn by chance. */
export const borders = fc.integer({ min: 4, max: 600 }).chain(average_size =>
  fc.record({
    average_size: fc.constant(average_size),
    size_variation: fc.integer({ min: 0, max: average_size - 1 }),
  }),
)

/**
 * A link that tells the protocol's messages apart, between two that slice what goes into it from
 * either side, so that its parsers meet a border at any byte.
 */
export async function slicedLink(
  proxy: MessageProxy,
  protocol: string,
  server: Address,
  attributes: object,
): Promise<SlicedLink> {
  const behind = await proxy.link('tcp', server)
  const link = await proxy.link(protocol, behind)
  const before = await proxy.link('tcp', link)
  await before.toxic({ type: 'slicer', stream: 'upstream', attributes })
  await behind.toxic({ type: 'slicer', stream: 'downstream', attributes })
  const events = () => eventsOf(proxy.url, link.name)
  return {
    host: before.host,
    port: before.port,
    toxic: body => link.toxic(body),
    events,
    faulty: async () =>
      [...(await events())]
        .filter(([event, count]) => /^error:|^unparsed$|^refused$/.test(event) && count > 0)
        .map(([event]) => event),
  }
}

/** As `request:GET`, `error:READONLY`, `unparsed`, `refused`. */
async function eventsOf(url: string, name: string): Promise<Map<string, number>> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(10_000) })
  const text = await answer.text()
  const lines = text.matchAll(/^toxiproxy_proxy_(\w+)_total\{(.*)\} (\d+)$/gm)
  const events = new Map<string, number>()
  for (const [, metric = '', labels = '', count] of lines) {
    const label = (key: string) => new RegExp(`\\b${key}="([^"]*)"`).exec(labels)?.[1] ?? ''
    if (label('proxy') !== name) continue
    const role = label('direction') === 'upstream' ? 'request' : 'response'
    const event = {
      messages: `${role}:${label('message')}`,
      errors: `error:${label('code')}`,
      unparsed: 'unparsed',
      connections_refused: 'refused',
    }
    const [, of] = Object.entries(event).find(([known]) => known === metric) ?? []
    if (of !== undefined) events.set(of, Number(count))
  }
  return events
}
