import { z } from 'zod'
import type { Clock } from '../../lab/base/clock.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Undo } from '../../lab/model/ledger.ts'

export const undoArgs = z.object({ id: z.string() })

/** Ends of what this process repeats, by the id in the undo. */
const ends = new Map<string, () => Promise<void>>()

/**
 * Repeats something to a process until its undo is played. When the lab that repeats it dies, so
 * does the repetition, and the guardian ends the process it was done to.
 */
export function repeatUntilUndone(
  id: string,
  turn: (signal: AbortSignal) => Promise<void>,
  after: () => Promise<void>,
): void {
  const over = new AbortController()
  const repeating = (async () => {
    while (!over.signal.aborted) await turn(over.signal)
  })()
  // Told by the end of it, to whoever plays the undo.
  repeating.catch(() => {})
  ends.set(id, async () => {
    over.abort()
    ends.delete(id)
    try {
      await repeating
    } finally {
      await after()
    }
  })
}

export function undoOf(id: string): Undo {
  return { module: import.meta.url, args: { id } }
}

export async function undo(args: Json): Promise<void> {
  await ends.get(undoArgs.parse(args).id)?.()
}

/** Waits, or less when it is over. */
export async function pauseFor(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch(() => {})
}

const shape = z.object({
  undo: z.custom<(args: Json) => Promise<void>>(value => typeof value === 'function'),
})

/** Plays the undo of a part in this very process, from the part itself and no file. */
export async function playHere({ module, args }: Undo): Promise<void> {
  const loaded = shape.parse({ ...(await import(module)) })
  await loaded.undo(args)
}
