import type { SettingsOverrides } from '../service/defences.ts'
import { shop } from '../shop.ts'
import type { PeerName } from './peers.ts'
import { singlePostgres } from './postgres-layouts.ts'
import { singleRedis } from './redis-layouts.ts'

/**
 * Two instances, one Postgres, one Redis and these peers: what a question about a peer needs.
 * @param defenceSettings other parameters of the service's measures, mostly for a control
 */
export function twoInstances<const Name extends PeerName>(
  peers: readonly Name[],
  defenceSettings: SettingsOverrides = {},
) {
  return shop({
    postgres: singlePostgres(),
    redis: singleRedis(),
    peers,
    instances: 2,
    config: { defenceSettings },
  })
}
