import type { FastifyInstance } from 'fastify'
import { routeOf } from './misbehave.ts'

/** One request as it arrived, whatever became of it. */
export interface Attempt {
  readonly route: string
  readonly url: string
  /** `x-request-id`, when the client sent one: joins attempts to what they were made for. */
  readonly trace: string | undefined
  /** Milliseconds since this peer started. */
  readonly atMs: number
}

const kept = 100_000

/** Counts what really arrived, faults included. The count goes on when the list is full. */
export class Attempts {
  readonly #list: Attempt[] = []
  readonly #perRoute = new Map<string, number>()
  #open = 0
  #mostAtOnce = 0

  /** Must be called before any other hook that may answer. */
  watch(app: FastifyInstance): void {
    app.addHook('onRequest', async (request, reply) => {
      this.#mostAtOnce = Math.max(this.#mostAtOnce, ++this.#open)
      reply.raw.once('close', () => {
        this.#open--
      })
      const route = routeOf(request)
      this.#perRoute.set(route, (this.#perRoute.get(route) ?? 0) + 1)
      if (this.#list.length >= kept) return
      const trace = request.headers['x-request-id']
      this.#list.push({
        route,
        url: request.url,
        trace: typeof trace === 'string' ? trace : undefined,
        atMs: performance.now(),
      })
    })
  }

  report() {
    return {
      perRoute: Object.fromEntries(this.#perRoute),
      attempts: this.#list,
      /** The most requests that were open at one moment. */
      mostAtOnce: this.#mostAtOnce,
    }
  }
}
