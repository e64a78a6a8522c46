import { AsyncLocalStorage } from 'node:async_hooks'
import { type Deadline, noDeadline, withoutEffects } from './resilience/deadline.ts'

/** What travels with one request, frame or job through every layer, without being passed along. */
export interface RequestContext {
  readonly requestId: string
  readonly deadline: Deadline
  /** `POST /v1/orders`, where it is a request. */
  readonly route?: string
}

const storage = new AsyncLocalStorage<RequestContext>()
const background: RequestContext = { requestId: 'background', deadline: noDeadline }

export function currentContext(): RequestContext {
  return storage.getStore() ?? background
}

/** Work that goes on long after the request, frame or job it is for; without an id, for nobody. */
export function inTrace<T>(requestId: string | undefined, work: () => T): T {
  return requestId === undefined ? work() : runInContext({ requestId, deadline: noDeadline }, work)
}

/** Work that is no effect of the request it is done for: counters, and what waits for its effect. */
export function apart<T>(work: () => T): T {
  const context = currentContext()
  return runInContext({ ...context, deadline: withoutEffects(context.deadline) }, work)
}

export function runInContext<T>(context: RequestContext, work: () => T): T {
  return storage.run(context, work)
}
