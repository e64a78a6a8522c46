/** Which requests, and their responses. Texts are globs, or lists of them; every field must fit. */
export interface RequestMatch {
  /** `POST /orders*`, or the path alone: `/orders*`. */
  route?: string | string[]
  /** `x-request-id`, or the trace id of `traceparent`. */
  trace?: string | string[]
  /** Method and target with its query: `GET /search?q=*`. */
  text?: string | string[]
}
