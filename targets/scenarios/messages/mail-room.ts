import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Application } from '../application.ts'
import type { Client } from '../client.ts'
import { eventually, grant, logIn, newPerson, served, signedIn, sql } from '../person.ts'

const progressOf = z.looseObject({
  state: z.string(),
  lane: z.string(),
  trace: z.string(),
  reason: z.string().nullable(),
  attempts: z.number(),
  stages: z.array(
    z.looseObject({
      stage: z.string(),
      at: z.string(),
      lane: z.string().optional(),
      attempt: z.number().optional(),
      reason: z.string().optional(),
      retryInMs: z.number().optional(),
    }),
  ),
})
export type Progress = z.infer<typeof progressOf>

/** Sends a message; resolves to its id. */
export async function post(client: Client, message: object = {}): Promise<string> {
  const fields = { id: randomUUID(), kind: 'note', body: 'hello', ...message }
  const answer = await client.post('/v1/messages', fields)
  if (answer.status !== 202) throw new Error(`not accepted: ${JSON.stringify(answer.body)}`)
  return answer.body.id
}

/** The same, asked again under the same id until it is accepted. */
export async function insist(client: Client): Promise<string> {
  const id = randomUUID()
  const message = { id, kind: 'note', body: 'hello' }
  await eventually(
    () => client.post('/v1/messages', message),
    ({ status }) => status === 202,
    20_000,
  )
  return id
}

/** Where a message is by now. */
export async function progress(client: Client, id: string): Promise<Progress> {
  return progressOf.parse((await client.get(`/v1/messages/${id}`)).body)
}

/** Its progress once it is in that state. */
export function whenIn(client: Client, id: string, state: string, withinMs = 20_000) {
  return eventually(
    () => progress(client, id),
    seen => seen.state === state,
    withinMs,
  )
}

/** A client that may look after dead letters. */
export async function supporter(app: Application): Promise<Client> {
  const person = newPerson('support')
  const client = await signedIn(app, person)
  await grant(app, client.userId, 'support')
  return logIn(client, person)
}

/** How often a message was stored. */
export async function copiesOf(app: Application, id: string): Promise<number> {
  const text = 'select count(*)::int as n from messages_stored where message_id = $1'
  return (await sql<{ n: number }>(app, text, [id]))[0]?.n ?? 0
}

/** The messages that a person was told of, in the order of telling. */
export async function notified(client: Client): Promise<string[]> {
  // Redis may have just been away, and no answer is not to be taken for nothing told.
  const { body } = await served(() => client.get('/v1/notices'))
  return body.notices.map(({ messageId }) => messageId)
}

export function namesOf({ stages }: Progress): string[] {
  return stages.map(({ stage }) => stage)
}
