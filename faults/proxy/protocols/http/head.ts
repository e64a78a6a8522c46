/** What one wants to know of a request's or a response's head. */
export interface Head {
  readonly start: string
  /** In bytes, with the empty line. */
  readonly length: number
  readonly headers: ReadonlyMap<string, string>
}

const wanted =
  /^(content-length|transfer-encoding|upgrade|retry-after|x-request-id|traceparent|sec-websocket-extensions):([^\r\n]*)/gim
const requestLine = /^([!#$%&'*+.^_`|~\w-]{1,32}) (\S+) HTTP\/1\.[01]$/
const statusLine = /^HTTP\/1\.[01] (\d{3})(?: |$)/
const idLike = /^(?:\d+|[0-9a-f]{8,}(?:-[0-9a-f]+)*|(?=.*\d)[\w-]{16,})$/i

/** `text` is in latin1, without the empty line at its end. */
export function splitHead(text: string): Head {
  const trimmed = text.replace(/^(?:\r\n)+/, '')
  const lineEnd = trimmed.indexOf('\r\n')
  const headers = new Map<string, string>()
  for (const [, name = '', value = ''] of trimmed.slice(lineEnd + 2).matchAll(wanted)) {
    headers.set(name.toLowerCase(), value.trim())
  }
  const start = lineEnd < 0 ? trimmed : trimmed.slice(0, lineEnd)
  return { start, length: text.length + 4, headers }
}

export function readRequestLine(
  line: string,
): { readonly method: string; readonly target: string } | undefined {
  const [, method, target] = requestLine.exec(line) ?? []
  return method === undefined || target === undefined ? undefined : { method, target }
}

export function readStatus(line: string): number | undefined {
  const status = statusLine.exec(line)?.[1]
  return status === undefined ? undefined : Number(status)
}

/** `/orders/17?x=1` → `/orders/:id`, so that kinds of requests stay few. */
export function routeOf(target: string): string {
  return pathOf(target)
    .split('/')
    .map(part => (idLike.test(part) ? ':id' : part))
    .join('/')
}

export function pathOf(target: string): string {
  const path = target.replace(/^https?:\/\/[^/]*/i, '')
  const end = path.search(/[?#]/)
  return end < 0 ? path : path.slice(0, end)
}

/** What a server that wants to be left alone asks for, in its own words. */
export function retryAfterOf(head: Head): string | undefined {
  const asked = head.headers.get('retry-after')
  return asked === undefined ? undefined : `retry-after: ${asked.slice(0, 64)}`
}

/** `x-request-id`, else the trace id of W3C's `traceparent`. */
export function traceOf(head: Head): string | undefined {
  const parent = head.headers.get('traceparent')
  return head.headers.get('x-request-id') ?? parent?.split('-')[1]
}
