import { setTimeout as pause } from 'node:timers/promises'
import type { Defences } from '../defences.ts'

/** Balancers that ask at `/health/traffic` what to send here. */
export interface Balancers {
  /** One has just asked. */
  asked(): void
  /** Once the process is closing: resolves when they have had the time to see it. */
  told(): Promise<void>
}

/** Who asks is given `noticeMs` to send what is new elsewhere; where nobody asks nobody is waited for. */
export function createBalancers(defences: Defences): Balancers {
  const { noticeMs } = defences.settings('readiness')
  let askedAt = Number.NEGATIVE_INFINITY
  return {
    asked: () => {
      askedAt = performance.now()
    },
    told: async () => {
      const isAsked = performance.now() - askedAt <= noticeMs
      if (defences.on('readiness') && isAsked) await pause(noticeMs)
    },
  }
}
