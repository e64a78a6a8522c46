import { z } from 'zod'
import type { DayClient } from '../../targets/testing/day-client.ts'

const proved = z.object({ tookMs: z.number(), healed: z.int(), left: z.array(z.string()) })

/** What is struck in one half of the tries, and how soon it must be healed. */
export interface Half {
  readonly name: string
  readonly form: string
  readonly goalMs: number
  isPart(part: string): boolean
}

export interface Stops {
  readonly half: Half
  readonly parts: readonly string[]
  /** From the request of the stop to its proof, in ascending order. */
  readonly timesMs: readonly number[]
  /** Tries that healed something else than the one fault, or left something. */
  readonly failed: readonly string[]
}

/** Strikes one part after the other, and stops each time, under the traffic of the day. */
export async function timeStops(client: DayClient, half: Half, tries: number): Promise<Stops> {
  const { form, isPart } = half
  const parts = (await client.partsOf(form)).filter(isPart)
  if (parts.length === 0) throw new Error(`nothing in this day can be struck by ${form}`)
  const timesMs: number[] = []
  const failed: string[] = []
  for (let i = 0; i < tries; i++) {
    const part = parts[i % parts.length]
    const fault = { form, part, settings: {}, leaseSeconds: 300 }
    const { status, said } = await client.try({ do: 'inject', ...fault, anyway: true })
    if (status !== 200) throw new Error(`${form} on ${part} could not be made: ${said}`)
    const fromMs = performance.now()
    const { healed, left } = proved.parse(await client.act({ do: 'stop' }))
    timesMs.push(performance.now() - fromMs)
    if (healed !== 1 || left.length > 0) failed.push(`${part}: ${healed} healed, left ${left}`)
    await client.act({ do: 'release', reason: 'the next try' })
  }
  return { half, parts, timesMs: timesMs.sort((a, b) => a - b), failed }
}
