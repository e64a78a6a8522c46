import type { Clock } from '../lab/base/clock.ts'
import type { Context } from '../lab/model/target.ts'

/** Longer than a test may rightly hold up its own process. */
const patience = { ttlMs: 30_000, beatEveryMs: 5_000 } as const

export interface Leases extends AsyncDisposable {
  readonly lease: NonNullable<Context['lease']>
}

/**
 * Toxics of this process live as long as it speaks to the proxy: when it is killed together with its
 * guardian, or stands still for half a minute, the proxy takes them off by itself.
 */
export function keepLeases(
  proxyUrl: () => Promise<string>,
  clock: Clock,
  { ttlMs, beatEveryMs }: { readonly ttlMs: number; readonly beatEveryMs: number } = patience,
): Leases {
  const over = new AbortController()
  const beating = beat(proxyUrl, clock, beatEveryMs, over.signal)
  return {
    lease: { ttlMs, heartbeat: true },
    [Symbol.asyncDispose]: async () => {
      over.abort()
      await beating
    },
  }
}

async function beat(
  proxyUrl: () => Promise<string>,
  clock: Clock,
  everyMs: number,
  signal: AbortSignal,
) {
  for (;;) {
    await clock.sleep(everyMs, signal).catch(() => {})
    if (signal.aborted) return
    // A proxy that is gone has no toxics either; whoever uses it is told.
    await fetch(new URL('/heartbeat', await proxyUrl()), {
      method: 'POST',
      signal: AbortSignal.any([signal, AbortSignal.timeout(everyMs)]),
    }).catch(() => {})
  }
}
