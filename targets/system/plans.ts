import type { Linked } from '../../lab/model/capability.ts'
import type { PartPlan } from './part-plan.ts'
import type { PostgresPart } from './postgres.ts'
import type { RedisPart } from './redis.ts'
import type { ServicePlan } from './service.ts'
import type { UpstreamPart } from './upstream.ts'

export type Plan = PartPlan<Linked> | ServicePlan

/** The parts of a system, by name. */
export type Plans = Readonly<Record<string, Plan>>

export function isService(plan: Plan): plan is ServicePlan {
  return 'options' in plan
}

export function isPostgres(plan: Plan): plan is PartPlan<PostgresPart> {
  return plan.kind === 'postgres'
}

export function isRedis(plan: Plan): plan is PartPlan<RedisPart> {
  return plan.kind === 'redis'
}

export function isUpstream(plan: Plan): plan is PartPlan<UpstreamPart> {
  return plan.kind === 'upstream'
}
