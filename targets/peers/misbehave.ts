import { once } from 'node:events'
import { Readable } from 'node:stream'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { HttpFault } from './http-fault.ts'
import { Problem } from './problem.ts'

/**
 * Lets an HTTP peer misbehave as `take` says, which is asked once for each request by its route
 * (`POST /charges`). Faults marked `after` strike when the handler has done its work.
 */
export function misbehave(
  app: FastifyInstance,
  take: (route: string) => HttpFault | undefined,
): void {
  const struck = new WeakMap<FastifyRequest, HttpFault>()
  app.addHook('onRequest', async (request, reply) => {
    const fault = take(routeOf(request))
    if (!fault) return
    struck.set(request, fault)
    await before(fault, request, reply)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const fault = struck.get(request)
    return fault ? instead(fault, request, reply, payload) : payload
  })
}

export function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '*'}`
}

async function before(fault: HttpFault, request: FastifyRequest, reply: FastifyReply) {
  if (fault.kind === 'slow') await setTimeout(fault.delayMs)
  else if (fault.kind === 'status' && !fault.after) {
    throw new Problem(fault.status, 'fault', 'This peer was told to answer so.')
  } else if (fault.kind === 'hang' && !fault.after) reply.hijack()
  else if (fault.kind === 'reset' && !fault.after) {
    reply.hijack()
    request.raw.socket.resetAndDestroy()
  }
}

async function instead(
  fault: HttpFault,
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  const body = Buffer.from(typeof payload === 'string' ? payload : '')
  switch (fault.kind) {
    case 'slow':
      return payload
    case 'status':
      if (fault.retryAfterSeconds !== undefined) {
        reply.header('retry-after', fault.retryAfterSeconds)
      }
      reply.code(fault.status)
      return payload
    case 'hang':
      await once(request.raw.socket, 'close')
      return payload
    case 'reset':
      request.raw.socket.resetAndDestroy()
      return payload
    case 'slow-body':
      reply.header('content-length', body.length)
      return Readable.from(paced(body, fault.bytesPerSecond))
    case 'cut-body':
      reply.header('content-length', body.length)
      return Readable.from(cut(body, fault.afterBytes))
    case 'content-type':
      reply.header('content-type', fault.contentType)
      return payload
    case 'invalid-json':
      return body.subarray(0, Math.max(1, Math.floor(body.length / 2)))
  }
}

async function* paced(body: Buffer, bytesPerSecond: number) {
  const size = Math.max(1, Math.floor(bytesPerSecond / 20))
  for (let from = 0; from < body.length; from += size) {
    yield body.subarray(from, from + size)
    await setTimeout((size * 1000) / bytesPerSecond)
  }
}

async function* cut(body: Buffer, afterBytes: number) {
  if (afterBytes > 0) yield body.subarray(0, afterBytes)
  // What was written must reach the wire first.
  await setImmediate()
  throw new Error('The body was cut, as told.')
}
