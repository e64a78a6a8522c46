import { latency } from '../latency.ts'

export const measure = latency(1, 100, 0.65)
