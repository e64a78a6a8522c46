import { STATUS_CODES } from '../../base/http.ts'

/** A whole response, as a server behind the proxy might send it. */
export function httpResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
): Buffer {
  const all = {
    'content-type': 'application/json',
    ...headers,
    'content-length': `${Buffer.byteLength(body)}`,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Injected'}\r\n${lines.join('')}\r\n${body}`,
  )
}
