import fastifyStatic from '@fastify/static'
import { z } from 'zod'
import { parse } from '../../http/problems.ts'
import type { Identity } from '../../identity/identity.ts'
import type { Http } from '../../kit.ts'
import { notFound } from '../../problem.ts'
import type { Files } from './repository.ts'
import { createUploads } from './uploads.ts'

const byId = z.object({ id: z.uuid() })
const path = '/v1/uploads'

interface Parts {
  readonly identity: Identity
  readonly files: Files
  readonly folder: string
  readonly maxBytes: number
}

/**
 * Uploads by the tus protocol: `POST` announces, `PATCH` sends, `HEAD` tells where to go on after
 * a cut. The file is visible under `/v1/files` when all of it is here, whole or in ranges.
 */
export function addFileRoutes(http: Http, { identity, files, folder, maxBytes }: Parts): void {
  const { server, uploader } = createUploads({ path, folder, files, maxBytes })
  http.register(async uploads => {
    // The bytes are the tus server's to read.
    const leaveUnread = (_request: unknown, _payload: unknown, done: (error: null) => void) =>
      done(null)
    uploads.addContentTypeParser('application/offset+octet-stream', leaveUnread)
    for (const url of [path, `${path}/:id`]) {
      uploads.route({
        method: ['POST', 'PATCH', 'HEAD', 'DELETE', 'OPTIONS'],
        url,
        config: { unhurried: true },
        handler: async (request, reply) => {
          const { userId } = await identity.caller(request)
          if (url !== path) await refuseStranger(parse(byId, request.params).id, userId, files)
          reply.hijack()
          await uploader.run(userId, () => server.handle(request.raw, reply.raw))
        },
      })
    }
  })
  http.register(fastifyStatic, { root: folder, serve: false })
  http.get('/v1/files/:id', { config: { unhurried: true } }, async (request, reply) => {
    const { userId } = await identity.caller(request)
    const file = await files.find(parse(byId, request.params).id)
    if (file?.ownerId !== userId || file.completedAt === null) throw notFound('file')
    reply.header('content-disposition', `attachment; filename*=UTF-8''${encode(file.name)}`)
    return reply.type(file.mediaType).sendFile(file.id)
  })
}

async function refuseStranger(id: string, userId: string, files: Files): Promise<void> {
  const file = await files.find(id)
  if (file?.ownerId !== userId) throw notFound('upload')
}

/** RFC 5987: what `encodeURIComponent` leaves alone, a header would not. */
function encode(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, c => `%${c.charCodeAt(0).toString(16)}`)
}
