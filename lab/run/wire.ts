import { randomUUID } from 'node:crypto'
import { get, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { AsyncDisposableStack } from '../base/async-disposable-stack.ts'
import { bearerOf } from '../base/bearer-of.ts'
import type { Clock } from '../base/clock.ts'
import { inTime } from '../base/deadline.ts'
import { messageOf } from '../base/errors.ts'
import type { JournalFile } from '../journal/recorder.ts'
import { wireFields } from '../journal/wire-fields.ts'
import type { Link } from '../model/capability.ts'
import type { Checker } from '../model/checker.ts'

const stamp = { seq: z.number(), atMs: z.number(), link: z.string() }
const line = z.discriminatedUnion('kind', [
  z.object({
    ...stamp,
    kind: z.literal('wire'),
    ...wireFields,
  }),
  z.object({
    ...stamp,
    kind: z.literal('wire-count'),
    counts: z.record(z.string(), z.number()),
  }),
])

const connectWithinMs = 5_000
const endWithinMs = 5_000

/**
 * Follows the taps of all links into the journal: single messages of the links a check subscribed to,
 * 100 ms counters of all. Disposing has each tap count once more, and takes its stream to the end. A
 * stream that breaks before is told as `overflow`, because what it would have shown is lost.
 */
export async function followWire(
  links: readonly Link[],
  checks: Readonly<Record<string, Checker>>,
  recorder: JournalFile,
  clock: Clock,
): Promise<AsyncDisposable> {
  const subscribed = new Set(
    links
      .filter(link => Object.values(checks).some(check => check.subscribes?.(link)))
      .map(link => link.name),
  )
  await using open = new AsyncDisposableStack()
  for (const [tapUrl, group] of Map.groupBy(links, link => link.tapUrl)) {
    open.use(await follow(tapUrl, group, subscribed, recorder, clock))
  }
  return open.move()
}

async function follow(
  tapUrl: string,
  links: readonly Link[],
  subscribed: ReadonlySet<string>,
  recorder: JournalFile,
  clock: Clock,
): Promise<AsyncDisposable> {
  const headers = tokenOf(links)
  const offsetMs = await measureClock(tapUrl, headers, recorder, clock)
  const url = new URL('/events', tapUrl)
  const names = links.map(link => link.name)
  url.searchParams.set('links', names.join(','))
  url.searchParams.set('messages', names.filter(name => subscribed.has(name)).join(','))
  const stream = randomUUID()
  url.searchParams.set('stream', stream)
  const response = await connect(url, headers)
  let over = false
  const lost = (why: string) => {
    if (over) return
    over = true
    recorder.record({ kind: 'overflow', dropped: 1, why: `events of ${tapUrl}: ${why}` })
  }
  const lines = createInterface({ input: response })
  lines.on('line', text => {
    if (over) return
    try {
      take(text)
    } catch (error) {
      lost(`a line was not understood: ${messageOf(error)}`)
    }
  })
  response.on('error', error => lost(error.message))
  lines.on('error', error => lost(error.message))
  let asked = false
  const ended = new Promise<void>(resolve => response.on('close', resolve))
  response.on('close', () => {
    if (!asked || !response.complete) lost('the stream ended before the run did')
  })
  return {
    [Symbol.asyncDispose]: async () => {
      if (over) return
      asked = true
      try {
        await endOf(tapUrl, stream, headers)
        await inTime('the rest of the stream', endWithinMs, ended, clock)
      } catch (error) {
        lost(`what was counted last is missing: ${messageOf(error)}`)
      }
      response.destroy()
      await ended
    },
  }

  function take(text: string): void {
    const { seq: _, atMs, ...event } = line.parse(JSON.parse(text))
    recorder.record(event, { source: 'proxy', sourceAtMs: atMs + offsetMs })
  }
}

/** Asks the tap to count once more, and to end the stream behind that. */
async function endOf(
  tapUrl: string,
  stream: string,
  headers: Record<string, string>,
): Promise<void> {
  const url = new URL('/events', tapUrl)
  url.searchParams.set('stream', stream)
  const signal = AbortSignal.timeout(endWithinMs)
  const answer = await fetch(url, { method: 'DELETE', headers, signal })
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`)
}

/** What to add to the tap's time to have the run's; the best of a few tries bounds its error. */
async function measureClock(
  tapUrl: string,
  headers: Record<string, string>,
  recorder: JournalFile,
  clock: Clock,
): Promise<number> {
  let best = { offsetMs: 0, toleranceMs: Number.POSITIVE_INFINITY }
  for (let i = 0; i < 5; i++) {
    const beforeMs = clock.nowMs()
    const answer = await fetch(new URL('/clock', tapUrl), {
      headers,
      signal: AbortSignal.timeout(connectWithinMs),
    })
    const { nowMs } = z.object({ nowMs: z.number() }).parse(await answer.json())
    const toleranceMs = (clock.nowMs() - beforeMs) / 2
    const offsetMs = recorder.toRunMs(beforeMs + toleranceMs) - nowMs
    if (toleranceMs < best.toleranceMs) best = { offsetMs, toleranceMs }
  }
  recorder.record({ kind: 'clock', of: 'proxy', ...best })
  return best.offsetMs
}

function connect(url: URL, headers: Record<string, string>): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers, agent: false }, response => {
      request.setTimeout(0)
      if (response.statusCode === 200) return resolve(response)
      response.resume()
      reject(new Error(`${url} answered ${response.statusCode}`))
    })
    request.setTimeout(connectWithinMs, () => request.destroy(new Error(`${url} did not answer`)))
    request.on('error', reject)
  })
}

export function tokenOf(links: readonly Link[]): Readonly<Record<string, string>> {
  return bearerOf(links.find(link => link.tapToken !== undefined)?.tapToken)
}
