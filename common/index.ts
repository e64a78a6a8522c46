export { commonExperiments } from './common-experiments.ts'
export type { CommonOptions } from './common-options.ts'
