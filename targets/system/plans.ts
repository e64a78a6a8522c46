import type { Linked } from '../../lab/model/capability.ts'
import type { PartPlan } from './part-plan.ts'
import type { ServicePlan } from './service.ts'

export type Plan = PartPlan<Linked> | ServicePlan

/** The parts of a system, by name. */
export type Plans = Readonly<Record<string, Plan>>

export function isService(plan: Plan): plan is ServicePlan {
  return 'options' in plan
}
