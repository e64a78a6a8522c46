import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import type { LabSystem } from '../../lab/model/target.ts'

/** A server that can be told to misbehave through an admin port. Offered by the lab's own peers. */
export interface Misbehaving<in Request> {
  readonly name: string
  readonly admin: {
    readonly url: string
    readonly token: string
    post(fault: Request): Promise<number>
    landed(id: number): Promise<number>
  }
}

export const undoArgs = z.object({ url: z.url(), token: z.string() })

/**
 * Tells a peer to misbehave: `misbehave(gateway, { kind: 'reset', after: true })`. Healing ends every
 * fault of that peer, so two at once on one peer end together.
 */
export function misbehave<
  System extends LabSystem,
  const Request extends { readonly kind: string; readonly on?: string | undefined },
>(select: Selector<System, Misbehaving<Request>>, request: Request): Fault<System> {
  const on = request.on === undefined ? '' : `, ${request.on}`
  return {
    name: 'misbehave',
    label: `misbehave(${select.label ?? 'peer'}, ${request.kind}${on})`,
    needs: [],
    kind: 'lasting',
    plan: async system => {
      const { name, admin } = await select(system)
      return {
        undo: { module: import.meta.url, args: { url: admin.url, token: admin.token } },
        touches: [name],
        apply: async () => {
          const id = await admin.post(request)
          return { landed: () => admin.landed(id) }
        },
      }
    },
  }
}

/** Ends the faults; a peer that is gone has none. */
export async function undo(args: Json): Promise<void> {
  const { url, token } = undoArgs.parse(args)
  const answer = await unlessGone(() =>
    fetch(new URL('/faults', url), {
      method: 'DELETE',
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5_000),
    }),
  )
  if (answer && !answer.ok) throw new Error(`The peer at ${url} refused to heal: ${answer.status}`)
}

/** Undefined when nobody listens. A kept connection of one that has died says only that it broke. */
async function unlessGone(ask: () => Promise<Response>): Promise<Response | undefined> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask()
    } catch (error) {
      const code = codeOf(error instanceof Error ? error.cause : undefined)
      if (code === 'ECONNREFUSED') return undefined
      const isBroken = code === 'UND_ERR_SOCKET' || code === 'ECONNRESET'
      if (!isBroken || attempt === 3) throw error
    }
  }
}

function codeOf(cause: unknown): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined
}
