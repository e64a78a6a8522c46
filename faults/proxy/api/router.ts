import type { IncomingMessage, ServerResponse } from 'node:http'

export interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  /** A `{name}` segment of the path, decoded. */
  param(name: string): string
  /** The body as JSON; throws ApiError 400. */
  body(): Promise<unknown>
}

/** What to answer; undefined when the handler writes to the response by itself. */
export interface Answer {
  readonly status: number
  readonly json?: unknown
  readonly text?: string
  readonly type?: string
}

export type Handler = (call: Call) => Answer | undefined | Promise<Answer | undefined>

interface Route {
  readonly methods: readonly string[]
  readonly segments: readonly string[]
  readonly handler: Handler
}

/** `GET|POST /proxies/{proxy}` → handler. Order does not matter: no two patterns overlap. */
export class Router {
  readonly #routes: Route[] = []

  on(pattern: string, handler: Handler): this {
    const [methods = '', path = ''] = pattern.split(' ')
    this.#routes.push({ methods: methods.split('|'), segments: path.split('/'), handler })
    return this
  }

  /** 404 and 405 are told apart, as Toxiproxy's router does. */
  find(
    method: string,
    path: string,
  ): { handler: Handler; params: Map<string, string> } | 404 | 405 {
    const segments = path.split('/')
    let known = false
    for (const route of this.#routes) {
      const params = match(route.segments, segments)
      if (!params) continue
      known = true
      if (route.methods.includes(method)) return { handler: route.handler, params }
    }
    return known ? 405 : 404
  }
}

function match(
  pattern: readonly string[],
  segments: readonly string[],
): Map<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined
  const params = new Map<string, string>()
  for (const [i, expected] of pattern.entries()) {
    const found = segments[i] ?? ''
    if (/^\{.+\}$/.test(expected) && found !== '') params.set(expected.slice(1, -1), decode(found))
    else if (expected !== found) return undefined
  }
  return params
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
