import type { Target } from '../../lab/model/target.ts'
import type { RedisNode } from '../runtime/redis-node.ts'
import { type Shop, shop } from '../shop.ts'
import { singlePostgres } from './postgres-layouts.ts'
import { singleRedis } from './redis-layouts.ts'

/** One instance that takes messages in, and two workers that handle them. */
export function messageShop(
  settings: Readonly<Record<string, Readonly<Record<string, number>>>>,
): Target<Shop<RedisNode, undefined>> {
  return shop({
    postgres: singlePostgres(),
    redis: singleRedis(),
    instances: 1,
    workers: 2,
    config: { defenceSettings: settings },
  })
}
