import { ApiError } from '../base/api-error.ts'
import type { Events, NumberedEvent } from '../observe/events.ts'
import type { ProxyCollection } from '../proxies/proxy-collection.ts'
import type { Call } from './router.ts'

const COUNT_EVERY_MS = 100
/** A reader that falls so far behind is cut off: events must not fill the proxy's memory. */
const MOST_UNREAD_BYTES = 16 * 1024 * 1024

/** How to end each open stream that was given an id, by that id. */
export type OpenStreams = Map<string, () => void>

/**
 * `GET /events?links=a,b&messages=a&stream=ID`: NDJSON of what happens on these links (all without
 * `links`), from now on, with a `wire-count` line per link each 100 ms in which something passed.
 * Single messages come of those of them that `messages` names (all without it). By `stream`, an id of
 * the reader's choice, `endStream` ends it.
 */
export function streamEvents(
  call: Call,
  proxies: ProxyCollection,
  events: Events,
  streams: OpenStreams,
): undefined {
  const { response } = call
  const id = call.url.searchParams.get('stream')
  if (id !== null && streams.has(id)) {
    throw new ApiError(409, `stream ${id} is open already: give each reader an id of its own`)
  }
  const wanted = listOf(call, 'links')
  const withMessages = listOf(call, 'messages')
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  response.flushHeaders()

  const write = (event: NumberedEvent) => {
    if (!wanted(event.link)) return
    response.write(`${JSON.stringify(event)}\n`)
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy()
  }
  const stop = events.listen({
    hear: write,
    wantsMessages: link => wanted(link) && withMessages(link),
  })
  const before = new Map<string, Readonly<Record<string, number>>>()
  for (const proxy of proxies.all) before.set(proxy.settings.name, proxy.counts())

  const count = () => {
    for (const proxy of proxies.all) {
      const link = proxy.settings.name
      if (!wanted(link)) continue
      const now = proxy.counts()
      const counts = increase(before.get(link) ?? {}, now)
      before.set(link, now)
      if (Object.keys(counts).length > 0) write(events.number({ kind: 'wire-count', link, counts }))
    }
  }
  const timer = setInterval(count, COUNT_EVERY_MS)
  const end = () => {
    count()
    response.end()
  }
  if (id !== null) streams.set(id, end)
  response.on('close', () => {
    clearInterval(timer)
    stop()
    if (id !== null) streams.delete(id)
  })
  return undefined
}

/** `DELETE /events?stream=ID`: counts once more, and ends that stream behind its last line. */
export function endStream({ url }: Call, streams: OpenStreams): void {
  const id = url.searchParams.get('stream')
  if (id === null) throw new ApiError(400, 'which stream is to end? Say it by ?stream=ID')
  const end = streams.get(id)
  if (!end) throw new ApiError(404, `no open stream ${id}`)
  end()
}

/** Whether the call names this link; so does one that names none. */
function listOf({ url }: Call, parameter: string): (link: string) => boolean {
  const given = url.searchParams.get(parameter)
  const links = new Set(given?.split(','))
  return link => given === null || links.has(link)
}

function increase(
  before: Readonly<Record<string, number>>,
  now: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(now)
      .map(([name, value]) => [name, value - (before[name] ?? 0)] as const)
      .filter(([, value]) => value !== 0),
  )
}
