import { z } from 'zod'
import type { Offered } from '../../lab/gameday/server/forms.ts'
import type { DayView } from '../../lab/gameday/view/day-view.ts'

/** Somebody who uses the console of a day without its page. */
export interface DayClient {
  /** What the server knows this person by. */
  readonly secret: string
  /** Does an action, and resolves to the answer. @throws {Error} with what the console said. */
  act(action: object): Promise<unknown>
  /** The same, where it may be refused: the status and what was said. */
  try(action: object): Promise<{ readonly status: number; readonly said: string }>
  /** What a fault can strike here. */
  partsOf(form: string): Promise<readonly string[]>
  /** What a page of this person would show now. */
  view(): Promise<DayView>
  /** Keeps a page open, as far as the console can tell, until the signal aborts. */
  openPage(signal: AbortSignal): Promise<void>
}

const withinMs = 120_000

/** Joins by the link of a role, `http://127.0.0.1:PORT/#SECRET`. */
export async function dayClient(link: string, name: string): Promise<DayClient> {
  const { origin, hash } = new URL(link)
  const ask = async (secret: string, path: string, body?: object) => {
    const headers = {
      authorization: `Bearer ${secret}`,
      ...(body && { 'content-type': 'application/json' }),
    }
    const post = body ? { method: 'POST', body: JSON.stringify(body) } : {}
    const signal = AbortSignal.timeout(withinMs)
    const answer = await fetch(origin + path, { ...post, headers, signal })
    return { status: answer.status, said: await answer.text() }
  }
  const demand = async (secret: string, path: string, body?: object): Promise<unknown> => {
    const { status, said } = await ask(secret, path, body)
    if (status !== 200) throw new Error(`${path} answered ${status}: ${said}`)
    return JSON.parse(said)
  }
  const joined = await demand(hash.slice(1), '/api/join', { name })
  const { secret } = z.object({ secret: z.string() }).parse(joined)
  const stream = (signal: AbortSignal) =>
    fetch(`${origin}/api/events`, { headers: { authorization: `Bearer ${secret}` }, signal })
  return {
    secret,
    act: action => demand(secret, '/api/act', action),
    try: action => ask(secret, '/api/act', action),
    partsOf: async form => {
      const { forms } = z.custom<Offered>().parse(await demand(secret, '/api/forms'))
      return forms.find(each => each.name === form)?.parts ?? []
    },
    view: async () => {
      const answer = await stream(AbortSignal.timeout(withinMs))
      const decoder = new TextDecoder()
      let text = ''
      for await (const chunk of answer.body ?? []) {
        text += decoder.decode(chunk, { stream: true })
        const [, data] = /^event: view\ndata: (.*)\n\n/m.exec(text) ?? []
        if (data !== undefined) return z.custom<DayView>().parse(JSON.parse(data))
      }
      throw new Error('the stream ended without a view')
    },
    openPage: async signal => {
      const answer = await stream(signal)
      for await (const _ of answer.body ?? []);
    },
  }
}
