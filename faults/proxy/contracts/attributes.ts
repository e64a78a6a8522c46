import { z } from 'zod'

/** Up to 24 days: beyond, timers overflow. */
export const milliseconds = z.int().min(0).max(2_147_483_647)

export const byteCount = z.int().min(0).max(Number.MAX_SAFE_INTEGER)
