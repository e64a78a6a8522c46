export { external } from './system/external.ts'
export type { Migration } from './system/migrate.ts'
export type { DescribedUpstream } from './system/openapi-routes.ts'
export type { PartPlan, Setting, StartedPart } from './system/part-plan.ts'
export {
  isPostgres,
  isRedis,
  isService,
  isUpstream,
  type Plan,
  type Plans,
} from './system/plans.ts'
export { type PostgresPart, type PostgresPartOptions, postgres } from './system/postgres.ts'
export type { Reach } from './system/reach.ts'
export { http, logLine, type Ready, tcp } from './system/ready.ts'
export { type RedisPart, type RedisPartOptions, redis } from './system/redis.ts'
export { type Command, type RedisTrafficOptions, redisTraffic } from './system/redis-traffic.ts'
export {
  instanceOf,
  partOf,
  type RunningSystem,
  type ServiceSelector,
  serviceOf,
} from './system/selectors.ts'
export {
  type Given,
  type InstancePart,
  type ServiceOptions,
  type ServicePlan,
  service,
} from './system/service.ts'
export { type SqlTrafficOptions, type Statement, sqlTraffic } from './system/sql-traffic.ts'
export { type SystemOptions, type SystemTarget, system } from './system/system.ts'
export {
  type UpstreamAnswer,
  type UpstreamHandler,
  type UpstreamPart,
  type UpstreamRequest,
  type UpstreamRoutes,
  upstream,
} from './system/upstream.ts'
