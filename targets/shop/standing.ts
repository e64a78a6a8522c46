import { singlePostgres } from './postgres-layouts.ts'
import { singleRedis } from './redis-layouts.ts'

/** The shop as most questions need it: two instances on one Postgres and one Redis. */
export const twoInstances = { postgres: singlePostgres(), redis: singleRedis(), instances: 2 }
