import type { Clock } from '../lab/base/clock.ts'

interface Look extends AsyncDisposable {
  /** Who is hit now: each id counts once. */
  hit(): Promise<readonly string[]>
}

const lookEveryMs = 50
const watches = new Map<string, () => Promise<void>>()

/**
 * Looks at a server every 50 ms while a fault is in force, since who gave up waiting is not seen at
 * the end. Resolves after the first look to how many were hit so far; ends with `stopWatching(mark)`,
 * or when the server does not answer any more.
 */
export async function watch(mark: string, clock: Clock, look: Look): Promise<() => number> {
  const seen = new Set<string>()
  const over = new AbortController()
  const again = async () => {
    for (const id of await look.hit()) seen.add(id)
  }
  await again()
  const watching = (async () => {
    await using _ = look
    while (!over.signal.aborted) {
      await clock.sleep(lookEveryMs, over.signal).catch(() => {})
      await again()
    }
  })().catch(() => {})
  watches.set(mark, async () => {
    watches.delete(mark)
    over.abort()
    await watching
  })
  return () => seen.size
}

/** Harmless where this process watches nothing of that mark. */
export async function stopWatching(mark: string): Promise<void> {
  await watches.get(mark)?.()
}
