import underPressure from '@fastify/under-pressure'
import type { Defences } from '../defences.ts'
import type { Http } from '../kit.ts'
import { unavailable } from '../problem.ts'

/** Refuses at once while the event loop lags: a late answer would help nobody. */
export async function shedLoad(http: Http, defences: Defences): Promise<void> {
  if (!defences.on('load-shedding')) return
  const { maxLagMs } = defences.settings('load-shedding')
  await http.register(underPressure, {
    maxEventLoopDelay: maxLagMs,
    sampleInterval: 500,
    pressureHandler: request => {
      // Health must answer above all when there is something to tell.
      if (request.url.startsWith('/health/') || request.url === '/metrics') return
      throw unavailable('overloaded', 'Too busy right now.', { outcome: 'not-done' })
    },
  })
}
