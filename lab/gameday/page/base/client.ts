import { createParser } from 'eventsource-parser'
import type { Role } from '../../../journal/crew-words.ts'
import type { Action } from '../../conduct/action.ts'

/** Who is in, with the secret that the server knows them by. */
export interface Me {
  readonly name: string
  readonly role: Role
  readonly secret: string
}

/** Does an action; what the server refuses is shown, and undefined comes back. */
export type Do = (action: Action) => Promise<unknown>

/** What the server said instead of doing it. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly reasons: readonly string[]
  constructor(status: number, code: string, reasons: readonly string[]) {
    super(reasons.join('; '))
    this.status = status
    this.code = code
    this.reasons = reasons
  }
}

export async function join(link: string, name: string): Promise<Me> {
  return (await ask(link, '/api/join', { name })) as Me
}

/** @throws {Refused} */
export function act(me: Me, action: Action): Promise<unknown> {
  return ask(me.secret, '/api/act', action)
}

/** @throws {Refused} */
export async function ask(secret: string, path: string, body?: unknown): Promise<unknown> {
  const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
  const headers = {
    authorization: `Bearer ${secret}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  }
  const answer = await fetch(path, { ...post, headers })
  const said = (await answer.json()) as { code?: string; reasons?: string[] }
  if (answer.ok) return said
  throw new Refused(answer.status, said.code ?? 'failed', said.reasons ?? ['no reason was given'])
}

const againAfterMs = 1_000
/** The server says something each second: a laptop that slept finds its stream silent. */
const silentMs = 10_000

/** Follows the day until the signal aborts, over every break; `lost` is told when it cannot come back. */
export async function follow(
  { secret }: Me,
  on: {
    readonly event: (name: string, data: unknown) => void
    readonly connected: (isConnected: boolean) => void
    readonly lost: () => void
  },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const status = await once(secret, on, signal).catch(() => 0)
    on.connected(false)
    if (status === 401) return on.lost()
    await new Promise(resolve => setTimeout(resolve, againAfterMs))
  }
}

async function once(
  secret: string,
  on: Parameters<typeof follow>[1],
  signal: AbortSignal,
): Promise<number> {
  const silence = new AbortController()
  let timer = setTimeout(() => silence.abort(), silentMs)
  const answer = await fetch('/api/events', {
    headers: { authorization: `Bearer ${secret}` },
    signal: AbortSignal.any([signal, silence.signal]),
  })
  if (!answer.ok || !answer.body) return answer.status
  on.connected(true)
  const parser = createParser({
    onEvent: ({ event, data }) => on.event(event ?? '', JSON.parse(data)),
  })
  const decoder = new TextDecoder()
  const reader = answer.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    clearTimeout(timer)
    if (done) return answer.status
    timer = setTimeout(() => silence.abort(), silentMs)
    parser.feed(decoder.decode(value, { stream: true }))
  }
}
