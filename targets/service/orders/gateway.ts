import { z } from 'zod'
import type { Config } from '../config.ts'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import type { Guard } from '../resilience/guard.ts'

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
  const send = async ({ key, reference, amountCents }: Charge): Promise<ChargeResult> => {
    const response = await fetch(new URL('/charges', config.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${config.apiKey}`,
        'content-type': 'application/json',
        'idempotency-key': key,
        'x-request-id': currentContext().requestId,
      },
      body: JSON.stringify({ reference, amountCents, currency: 'USD' }),
      ...(bounded && { signal: AbortSignal.timeout(timeoutMs) }),
    })
    if (response.status === 402) return 'declined'
    if (!response.ok) throw new GatewayError(`The gateway answered ${response.status}.`)
    return answer.parse(await response.json()).status === 'succeeded' ? 'charged' : 'declined'
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
