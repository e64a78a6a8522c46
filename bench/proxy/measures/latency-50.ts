import { latency } from '../latency.ts'

export const measure = latency(50, 500, 0.3)
