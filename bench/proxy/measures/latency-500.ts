import { latency } from '../latency.ts'

export const measure = latency(500, 1_000, 0.9)
