import { z } from 'zod'
import type { HeldDay } from '../../targets/testing/held-day.ts'

const offered = z.object({
  forms: z.array(z.object({ name: z.string(), parts: z.array(z.string()) })),
})

/** Somebody who uses the console of a day without its page. */
export interface DayClient {
  /** Does an action, and resolves to the answer. @throws {Error} with what the console said. */
  act(action: object): Promise<unknown>
  /** What a fault can strike here. */
  partsOf(form: string): Promise<readonly string[]>
  /** Keeps a page open, as far as the console can tell, until the signal aborts. */
  openPage(signal: AbortSignal): Promise<void>
}

/** Joins by the link of a role. */
export async function dayClient(day: HeldDay, role: string, name: string): Promise<DayClient> {
  const { origin, hash } = new URL(day.link(role))
  const ask = async (secret: string, path: string, body?: object): Promise<unknown> => {
    const headers = {
      authorization: `Bearer ${secret}`,
      ...(body && { 'content-type': 'application/json' }),
    }
    const post = body ? { method: 'POST', body: JSON.stringify(body) } : {}
    const answer = await fetch(origin + path, { ...post, headers })
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`)
    return await answer.json()
  }
  const joined = await ask(hash.slice(1), '/api/join', { name })
  const { secret } = z.object({ secret: z.string() }).parse(joined)
  return {
    act: action => ask(secret, '/api/act', action),
    partsOf: async form => {
      const { forms } = offered.parse(await ask(secret, '/api/forms'))
      return forms.find(each => each.name === form)?.parts ?? []
    },
    openPage: async signal => {
      const headers = { authorization: `Bearer ${secret}` }
      const answer = await fetch(`${origin}/api/events`, { headers, signal })
      for await (const _ of answer.body ?? []);
    },
  }
}
