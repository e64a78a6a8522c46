import { shops } from './links.ts'

/** A port of loopback, and the variable by which it is another. */
interface HostPort {
  readonly variable: string
  readonly port: number
}

export const redisPorts = {
  'redis-1': { variable: 'LAB_REDIS_1_PORT', port: 16_379 },
  'redis-2': { variable: 'LAB_REDIS_2_PORT', port: 16_380 },
  'redis-3': { variable: 'LAB_REDIS_3_PORT', port: 16_381 },
} as const satisfies Readonly<Record<string, HostPort>>

export const sentinelPorts = {
  'sentinel-1': { variable: 'LAB_SENTINEL_1_PORT', port: 26_379 },
  'sentinel-2': { variable: 'LAB_SENTINEL_2_PORT', port: 26_380 },
  'sentinel-3': { variable: 'LAB_SENTINEL_3_PORT', port: 26_381 },
} as const satisfies Readonly<Record<string, HostPort>>

const firstClientPort = 18_081

/** Where clients reach each instance past the balancer, by the link's name. */
export const clientPorts: readonly (HostPort & { readonly link: string })[] = shops
  .flatMap(shop => (['api', 'realtime'] as const).map(role => ({ shop, role })))
  .map(({ shop, role }, index) => ({
    link: `client>${shop}.${role}`,
    variable: `LAB_${shop.replace('-', '_').toUpperCase()}_${role.toUpperCase()}_PORT`,
    port: firstClientPort + index,
  }))
