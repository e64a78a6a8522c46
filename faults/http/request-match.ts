import type { Which } from '../message-fault.ts'
import type { MatchRequest } from '../proxy/client/toxic-request.ts'

/** Which requests. Texts are globs, or lists of them; every field given must fit. */
export interface RequestMatch {
  /** `POST /orders*`, or the path alone: `/orders*`. */
  route?: string | string[]
  /** `x-request-id`, or the trace id of `traceparent`. */
  trace?: string | string[]
  /** Method and target with its query: `GET /search?q=*`. */
  text?: string | string[]
}

/** Which responses, by themselves and by the request that they answer. */
export interface ResponseMatch extends Omit<RequestMatch, 'text'> {
  /** The status: `200`, `5??`. */
  type?: string | string[]
}

/** No frame of a web socket that began as a request on the same link. */
export function onlyRequests({ on = {} }: Which<Pick<RequestMatch, 'route'>>): MatchRequest {
  return { route: on.route ?? '*' }
}
