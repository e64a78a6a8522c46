import { z } from 'zod'
import type { Random } from '../../lab/base/random.ts'
import type { Entry, Outcome } from '../../lab/journal/journal.ts'
import type { Operation, Workload } from '../../lab/model/workload.ts'
import { endpointOf, type WithEndpoints } from './endpoints.ts'
import { uuid } from './uuid.ts'

/** How long the service may take for an answer, whatever that answer is; every request says so. */
const deadlineMs = 800

/** The same as the client sees it, who also waits for the network and for its turn on a busy machine. */
export const checkoutDeadlineMs = deadlineMs + 200

const giveUpMs = 4_000
const problem = z.object({ code: z.string(), outcome: z.enum(['unknown', 'not-done']) })
const order = z.object({ totalCents: z.number() })
const session = z.object({ totalCents: z.number() })
const request = z.object({
  items: z.array(z.object({ quantity: z.number(), priceCents: z.number() })),
})

/**
 * Shoppers who buy: each checkout writes an order (Postgres) and a session (Redis), under an id that
 * the client made up, so that it can be asked for afterwards. The final reads ask for every session
 * that was tried.
 */
export function checkout(options: { readonly perSecond: number }): Workload<WithEndpoints> {
  return {
    name: 'checkout',
    perSecond: options.perSecond,
    clients: 8,
    maxInFlight: 400,
    giveUpMs,
    uses: link => link.name.startsWith('client>') || /^shop-\d+>/.test(link.name),
    operations: purchases,
    open: async system => ({
      perform: (operation, client, signal) => {
        const { http } = endpointOf(system, client)
        return operation.f === 'read' ? read(http, operation, signal) : buy(http, operation, signal)
      },
      [Symbol.asyncDispose]: async () => {},
    }),
    finale: triedSessions,
  }
}

function* purchases(random: Random): Generator<Operation> {
  for (;;) {
    const orderId = uuid(random)
    const items = [
      {
        sku: `sku-${random.integer(1, 50)}`,
        quantity: random.integer(1, 3),
        priceCents: random.integer(100, 9_999),
      },
    ]
    yield { f: 'checkout', key: orderId, input: { orderId, items } }
  }
}

function* triedSessions(journal: readonly Entry[]): Generator<Operation> {
  for (const entry of journal) {
    if (entry.kind === 'invoke' && entry.f === 'checkout' && entry.key !== undefined) {
      yield { f: 'read', key: entry.key, input: null }
    }
  }
}

async function buy(http: string, operation: Operation, signal: AbortSignal): Promise<Outcome> {
  return ask(signal, async () => {
    const answer = await fetch(`${http}/checkout`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-request-id': operation.key ?? '',
        'x-deadline-ms': `${deadlineMs}`,
      },
      body: JSON.stringify(operation.input),
      signal,
    })
    const body: unknown = await answer.json()
    if (answer.ok) return { kind: 'ok', value: order.parse(body).totalCents }
    const refusal = problem.safeParse(body)
    const { status } = answer
    if (!refusal.success) return { kind: 'info', ended: 'untyped', status, error: `${status}` }
    const { code, outcome } = refusal.data
    const kind = outcome === 'not-done' ? 'fail' : 'info'
    return { kind, ended: 'refused', status, code, error: `refused: ${code}` }
  })
}

async function read(http: string, operation: Operation, signal: AbortSignal): Promise<Outcome> {
  return ask(signal, async () => {
    const answer = await fetch(`${http}/sessions/${operation.key}`, { signal })
    if (answer.status === 404) return { kind: 'ok', value: null }
    const body: unknown = await answer.json()
    const { status } = answer
    if (!answer.ok) return { kind: 'info', ended: 'refused', status, error: `read: ${status}` }
    return { kind: 'ok', value: session.parse(body).totalCents }
  })
}

/** What became of a request that broke is not known: `info`, never `fail`. */
async function ask(signal: AbortSignal, request: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await request()
  } catch (error) {
    if (signal.aborted) return { kind: 'info', ended: 'gave-up', error: 'no answer' }
    return { kind: 'info', ended: 'cut', error: `connection: ${describe(error)}` }
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? error.cause.message : error.message
}

/** What a confirmed checkout promised to leave behind: a session over this total. */
export function promisedTotal(operation: { readonly input: unknown }): number {
  const { items } = request.parse(operation.input)
  return items.reduce((sum, { quantity, priceCents }) => sum + quantity * priceCents, 0)
}

/** Every request carries its order's id to the wire: in Redis as the session's key. */
export function sessionKey(operation: { readonly key?: string | undefined }): string {
  return `session:${operation.key}`
}
