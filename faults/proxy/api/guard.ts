import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../base/address.ts'
import { ApiError } from '../base/api-error.ts'

/**
 * Keeps web pages out: a browser's user agent, a foreign Origin, and a Host that is no loopback
 * name (DNS rebinding) are refused; with a token set, so is everyone who does not send it.
 * @throws {ApiError} 403, or 401 for the token.
 */
export function guard(request: IncomingMessage, token: string | undefined): void {
  const { host = '', origin, authorization = '' } = request.headers
  // In Toxiproxy's words.
  if (/^Mozilla\//.test(request.headers['user-agent'] ?? '')) {
    throw new ApiError(403, 'User agent not allowed', 'words')
  }
  if (origin !== undefined) {
    throw new ApiError(403, `Origin not allowed: programs may call this, not pages of ${origin}`)
  }
  if (token === undefined && !isLoopback(hostName(host))) {
    const expected = 'expected a loopback name, or a proxy started with PROXY_TOKEN'
    throw new ApiError(403, `Host not allowed: ${expected}, found '${host}'`)
  }
  if (token !== undefined && !same(tokenOf(authorization), token)) {
    const expected =
      'expected the header "Authorization: Bearer <the PROXY_TOKEN of the proxy>", or Basic with the ' +
      'token as the password of any user, such as http://user:TOKEN@host:8474'
    throw new ApiError(401, `token missing or wrong: ${expected}`)
  }
}

/** What is sent as token; Basic is what clients make of `http://user:TOKEN@host`. */
function tokenOf(authorization: string): string {
  const [, scheme = '', value = ''] = /^(\w+) +(.+)$/.exec(authorization) ?? []
  if (/^bearer$/i.test(scheme)) return value
  if (!/^basic$/i.test(scheme)) return ''
  const pair = Buffer.from(value, 'base64').toString('utf8')
  return /^[^:]*:(.*)$/s.exec(pair)?.[1] ?? ''
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '')
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
