import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm, type PartNeed } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { whole } from '../forms/fields.ts'
import { has } from '../forms/needs.ts'

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

/** What every peer of the lab can be told, as its own schema says. */
interface PeerFault {
  readonly kind: string
  readonly delayMs?: number
  readonly status?: number
  readonly after?: boolean
}

const aPeer: PartNeed<Misbehaving<PeerFault>> = {
  says: "somebody else's server",
  is: (part): part is Misbehaving<PeerFault> =>
    has(part, 'admin') && has(Reflect.get(part, 'admin'), 'post', 'landed', 'token'),
}
const common = { family: 'peers', of: aPeer }
const after = z.boolean().default(false).meta({ title: 'Having done what was asked' })

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

export const form = [
  faultForm({
    ...common,
    name: 'slowPeer',
    says: 'It answers late.',
    settings: z.object({ delayMs: whole('Delay in ms', 600, 1, 600_000) }),
    make: (select, { delayMs }) => misbehave(select, { kind: 'slow', delayMs }),
  }),
  faultForm({
    ...common,
    name: 'failingPeer',
    says: 'It answers with a status.',
    settings: z.object({ status: whole('Status', 503, 400, 599), after }),
    make: (select, { status, after }) => misbehave(select, { kind: 'status', status, after }),
  }),
  faultForm({
    ...common,
    name: 'hangingPeer',
    says: 'It never answers.',
    settings: z.object({ after }),
    make: (select, { after }) => misbehave(select, { kind: 'hang', after }),
  }),
]

export const examples: Examples<Misbehaving<PeerFault>> = part => [
  misbehave(part, { kind: 'status', status: 503 }),
]

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
