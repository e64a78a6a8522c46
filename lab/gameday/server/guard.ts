import type { FastifyInstance } from 'fastify'

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const

/**
 * Answers nobody who comes by another name (DNS rebinding) or from another page, and lets the page
 * ask nobody else.
 */
export function guard(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(headers)
    const { host = '', origin } = request.headers
    const port = request.socket.localPort
    const names = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
    if (!names.includes(host)) {
      return reply
        .code(421)
        .send({ code: 'host', reasons: [`this console is not ${host.slice(0, 100)}`] })
    }
    const site = request.headers['sec-fetch-site']
    const foreign = origin !== undefined && origin !== `http://${host}`
    if (foreign || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
      return reply.code(403).send({ code: 'origin', reasons: ['another page asked'] })
    }
  })
}
