import { type Address, withClient } from './redis-node.ts'

/** What one Sentinel believes. */
export interface SentinelView {
  readonly primary: Address
  /** Replicas it holds to be well. */
  readonly replicas: number
  /** Other Sentinels it knows. */
  readonly others: number
}

export async function askSentinel(at: Address, master: string): Promise<SentinelView> {
  return withClient(at, async client => {
    const [where, replicas, others] = await Promise.all([
      client.call('SENTINEL', 'get-master-addr-by-name', master),
      client.call('SENTINEL', 'replicas', master),
      client.call('SENTINEL', 'sentinels', master),
    ])
    const [host, port] = strings(where)
    return {
      primary: { host: host ?? '', port: Number(port) },
      replicas: tables(replicas).filter(isWell).length,
      others: tables(others).length,
    }
  })
}

const timings = {
  'info-period': 200,
  'publish-period': 200,
  // A replica counts as fit for five ping periods after its last INFO, and these come once a second
  // while the primary is down. Shorter, and elections end with "no good slave" and a long wait.
  'ping-period': 400,
  'ask-period': 100,
  'election-timeout': 1000,
}

/** What makes an election a matter of one second, behind `SENTINEL DEBUG`. */
export const hurriedTimings: readonly string[] = Object.entries(timings).flatMap(([key, ms]) => [
  key,
  `${ms}`,
])

/** Tells it so; a Sentinel that knows no such settings keeps its own. */
export async function hurry(at: Address): Promise<void> {
  await withClient(at, client =>
    client.call('SENTINEL', 'DEBUG', ...hurriedTimings).catch(() => {}),
  )
}

function isWell(replica: ReadonlyMap<string, string>): boolean {
  return replica.get('flags') === 'slave' && replica.get('master-link-status') === 'ok'
}

/** Sentinel answers a list of flat lists: key, value, key, value. */
function tables(answer: unknown): readonly ReadonlyMap<string, string>[] {
  return (Array.isArray(answer) ? answer : []).map(row => {
    const flat = strings(row)
    const pairs = flat.flatMap((key, i) => (i % 2 === 0 ? [[key, flat[i + 1] ?? ''] as const] : []))
    return new Map(pairs)
  })
}

function strings(answer: unknown): readonly string[] {
  return Array.isArray(answer) ? answer.map(String) : []
}
