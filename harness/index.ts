export type { FaultInForce } from './fault-in-force.ts'
export { once, times } from './hits.ts'
export type { Lab } from './lab.ts'
export { type LabOptions, openLab } from './open-lab.ts'
