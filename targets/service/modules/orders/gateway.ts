import { z } from 'zod'
import type { Config } from '../../config.ts'
import type { Defences } from '../../defences.ts'
import type { Guard } from '../../resilience/guard.ts'
import { leavingTime } from '../../resilience/leaving-time.ts'
import { outward } from '../../resilience/outward.ts'

export interface Charge {
  /** The same key is charged once, however often it is sent. */
  readonly key: string
  readonly reference: string
  readonly amountCents: number
}

/**
 * `unknown`: the gateway may have charged; nobody here can tell yet. `refused`: it did not take the
 * request at all, so nothing was charged, and asking again gives the same.
 */
export type ChargeResult = 'charged' | 'declined' | 'unknown' | 'refused'

export type RefundResult = 'refunded' | 'nothing' | 'unknown'

/** The payment gateway, over HTTP. Never throws for what the gateway does. */
export interface Gateway {
  charge(charge: Charge): Promise<ChargeResult>
  /** Pays back all that was charged under this reference; `nothing` when that is nothing. */
  refund(reference: string): Promise<RefundResult>
}

class GatewayError extends Error {
  override readonly name = 'GatewayError'
}

const charged = z.object({ status: z.enum(['succeeded', 'declined']) })
const booked = z.object({
  charges: z.array(
    charged.extend({ key: z.string(), amountCents: z.number(), refundedCents: z.number() }),
  ),
})

export function createGateway(
  config: NonNullable<Config['payments']>,
  guard: Guard,
  defences: Defences,
): Gateway {
  const ask = createAsk(config, defences)
  // Several attempts, each in its time, must not use up all there is, either.
  const inTime = defences.on('payment-timeout') ? leavingTime : unbounded
  const charge = async ({ key, reference, amountCents }: Charge): Promise<ChargeResult> => {
    const body = { reference, amountCents, currency: 'USD' }
    const response = await ask('POST', '/charges', { key, body })
    if (response.status === 402) return 'declined'
    if (isRefusal(response)) return 'refused'
    if (!response.ok) throw new GatewayError(`The gateway answered ${response.status}.`)
    const { status } = charged.parse(await response.json())
    return status === 'succeeded' ? 'charged' : 'declined'
  }
  const read = async <Schema extends z.ZodType>(response: Response, schema: Schema) => {
    if (response.ok) return schema.parse(await response.json())
    throw new GatewayError(`The gateway answered ${response.status}.`)
  }
  const refund = async (reference: string): Promise<RefundResult> => {
    const query = new URLSearchParams({ reference })
    const { charges } = await read(await ask('GET', `/charges?${query}`), booked)
    const left = charges
      .map(each => ({ ...each, leftCents: each.amountCents - each.refundedCents }))
      .filter(({ status, leftCents }) => status === 'succeeded' && leftCents > 0)
    for (const { key, leftCents } of left) {
      const path = `/charges/${encodeURIComponent(key)}/refunds`
      const asked = { key: `refund-${key}`, body: { amountCents: leftCents } }
      await read(await ask('POST', path, asked), z.unknown())
    }
    return charges.some(({ status }) => status === 'succeeded') ? 'refunded' : 'nothing'
  }
  return {
    charge: async wanted => {
      let isInDoubt = false
      const once = async (): Promise<ChargeResult> => {
        const result = await charge(wanted).catch(error => {
          isInDoubt = true
          throw error
        })
        return result === 'refused' && isInDoubt ? 'unknown' : result
      }
      // The key makes it harmless to ask again. Failures are counted by the guard's metrics.
      return inTime(() => guard.run(once, () => true)).catch(() => 'unknown')
    },
    refund: reference =>
      guard
        .run(
          () => refund(reference),
          () => true,
        )
        .catch(() => 'unknown'),
  }
}

const unbounded = <T>(work: () => Promise<T>) => work()

/** 4xx but for those that say to try later. */
function isRefusal({ status }: Response): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status)
}

interface Asked {
  readonly key: string
  readonly body: object
}

function createAsk(config: NonNullable<Config['payments']>, defences: Defences) {
  const { timeoutMs } = defences.settings('payment-timeout')
  const bounded = defences.on('payment-timeout')
  return (method: 'GET' | 'POST', path: string, asked?: Asked): Promise<Response> => {
    const { headers, signal } = outward(bounded ? timeoutMs : undefined)
    return fetch(new URL(path, config.url), {
      method,
      headers: {
        authorization: `Bearer ${config.apiKey}`,
        ...(asked && { 'content-type': 'application/json', 'idempotency-key': asked.key }),
        ...headers,
      },
      ...(asked && { body: JSON.stringify(asked.body) }),
      signal,
    })
  }
}
