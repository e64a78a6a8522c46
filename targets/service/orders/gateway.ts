import { z } from 'zod'
import type { Config } from '../config.ts'
import type { Defences } from '../defences.ts'
import type { Guard } from '../resilience/guard.ts'
import { type Outward, outward } from '../resilience/outward.ts'

export interface Charge {
  /** The same key is charged once, however often it is sent. */
  readonly key: string
  readonly reference: string
  readonly amountCents: number
}

/** `unknown`: the gateway may have charged; nobody here can tell yet. */
export type ChargeResult = 'charged' | 'declined' | 'unknown'

/** The payment gateway, over HTTP. Never throws for what the gateway does. */
export interface Gateway {
  charge(charge: Charge): Promise<ChargeResult>
}

class GatewayError extends Error {
  override readonly name = 'GatewayError'
}

const answer = z.object({ status: z.enum(['succeeded', 'declined']) })

export function createGateway(
  config: NonNullable<Config['payments']>,
  guard: Guard,
  defences: Defences,
): Gateway {
  const { timeoutMs } = defences.settings('payment-timeout')
  const bounded = defences.on('payment-timeout')
  const ask = async ({ key, reference, amountCents }: Charge, { headers, signal }: Outward) => {
    const response = await fetch(new URL('/charges', config.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${config.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': key,
        ...headers,
      },
      body: JSON.stringify({ reference, amountCents, currency: 'USD' }),
      signal,
    })
    if (response.status === 402) return 'declined'
    if (!response.ok) throw new GatewayError(`The gateway answered ${response.status}.`)
    return answer.parse(await response.json()).status === 'succeeded' ? 'charged' : 'declined'
  }
  const send = async (charge: Charge): Promise<ChargeResult> => {
    const call = outward(bounded ? timeoutMs : undefined)
    try {
      return await ask(charge, call)
    } catch (error) {
      if (call.isOutOfTime()) return 'unknown' // says nothing of the gateway, so no failure of it
      throw error
    }
  }
  return {
    charge: async charge => {
      try {
        return await guard.run(
          () => send(charge),
          () => true, // the key makes it harmless
        )
      } catch {
        return 'unknown' // counted and logged by the guard's metrics; asked again later
      }
    },
  }
}
