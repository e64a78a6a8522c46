import type { Defences } from '../defences.ts'

/** A token bucket for one client's frames: false when it sends faster than it may. */
export function createFloodGate(defences: Defences): () => boolean {
  if (!defences.on('flood-guard')) return () => true
  const { framesPerSecond, burst } = defences.settings('flood-guard')
  let tokens = burst
  let filledAt = performance.now()
  return () => {
    const now = performance.now()
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1_000) * framesPerSecond)
    filledAt = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
