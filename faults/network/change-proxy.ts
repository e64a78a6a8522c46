import { bearerOf } from '../../lab/base/bearer-of.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Injector } from './injector-of.ts'

/** Changes a link's proxy, as its HTTP API says; one that is gone is done. */
export async function changeProxy(
  injector: Injector,
  change: { readonly [field: string]: Json },
): Promise<void> {
  const { adminUrl, proxy } = injector
  const answer = await fetch(new URL(`/proxies/${encodeURIComponent(proxy)}`, adminUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearerOf(injector.token) },
    body: JSON.stringify(change),
    signal: AbortSignal.timeout(5_000),
  })
  if (!answer.ok && answer.status !== 404) {
    throw new Error(
      `${adminUrl} refused to change ${proxy}: ${answer.status} ${await answer.text()}`,
    )
  }
}

/** The same for an undo: done too when the whole process is gone. */
export async function restoreProxy(...args: Parameters<typeof changeProxy>): Promise<void> {
  try {
    await changeProxy(...args)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED')) throw error
  }
}
