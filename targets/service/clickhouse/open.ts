import type { ClickHouseClient } from '@clickhouse/client'
import type { Config } from '../config.ts'

const timeoutMs = 1_500

/** Asks nothing of it yet. */
export async function openClickhouse(
  config: NonNullable<Config['clickhouse']>,
): Promise<ClickHouseClient> {
  const { createClient } = await import('@clickhouse/client') // only who counts pays for loading it
  const { url, username, password } = config
  const log = { level: 127 } as const // failures are thrown, and logged by who catches them
  return createClient({ url, username, password, request_timeout: timeoutMs, log })
}

/** The work once it has succeeded; tried again until then. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined
  return () => {
    done ??= work().catch(error => {
      done = undefined
      throw error
    })
    return done
  }
}
