import type { Redis } from 'ioredis'
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Defences } from '../defences.ts'
import type { Http } from '../kit.ts'
import { Problem } from '../problem.ts'
import { createBudget } from '../redis/budget.ts'

/**
 * So many requests per client address and window, counted in Redis for all instances together.
 * While Redis is away or slow each instance counts for itself, so the limit holds per instance.
 */
export function limitRate(http: Http, redis: Redis, defences: Defences): void {
  if (!defences.on('rate-limit')) return
  const { requests, windowMs } = defences.settings('rate-limit')
  const limits = { points: requests, duration: windowMs / 1_000 }
  const limiter = new RateLimiterRedis({
    ...limits,
    storeClient: redis,
    keyPrefix: 'rate',
  })
  const alone = new RateLimiterMemory(limits)
  const budget = createBudget(defences)
  const consume = (ip: string) =>
    budget
      .spend(() => limiter.consume(ip))
      .catch((refused: unknown) => {
        if (refused instanceof RateLimiterRes) throw refused
        return alone.consume(ip)
      })
  http.addHook('onRequest', async (request, reply) => {
    if (!/^\/(v\d+\/|graphql)/.test(request.url)) return
    const count = await consume(request.ip).catch((refused: unknown) => {
      if (!(refused instanceof RateLimiterRes)) throw refused
      throw new Problem({
        status: 429,
        code: 'rate-limited',
        title: 'Too many requests.',
        retryAfterSeconds: Math.max(1, Math.ceil(refused.msBeforeNext / 1_000)),
      })
    })
    reply.header('ratelimit-limit', requests)
    reply.header('ratelimit-remaining', count.remainingPoints)
    reply.header('ratelimit-reset', Math.ceil(count.msBeforeNext / 1_000))
  })
}
