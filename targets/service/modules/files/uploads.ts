import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { z } from 'zod'
import { classify, codeOf } from '../../failure.ts'
import type { Files } from './repository.ts'

/** What a client says about the file, in the `upload-metadata` header. */
const metadata = z.object({
  filename: z.string().min(1).max(200),
  filetype: z
    .string()
    .regex(/^[\w.+-]+\/[\w.+-]+$/)
    .default('application/octet-stream'),
})

/** The disk is full, this user's share of it is, or a file may not grow further. */
const noRoom = /^(ENOSPC|EDQUOT|EFBIG)$/

/** The protocol has answers of its own; what else goes wrong is told in no other's words. */
function refusalOf(error: unknown) {
  if (typeof error === 'object' && error !== null && 'status_code' in error) return undefined
  if (noRoom.test(codeOf(error))) {
    return { status_code: 507, body: 'There is no room for this file right now.' }
  }
  const { fault } = classify(error)
  if (fault === 'server' || fault === 'victim') {
    return { status_code: 503, body: 'It cannot be stored right now.' }
  }
  return { status_code: 500, body: 'Something went wrong on our side.' }
}

interface Options {
  readonly path: string
  readonly folder: string
  readonly files: Files
  readonly maxBytes: number
}

/** The server of the tus protocol (resumable uploads), and who is uploading right now. */
export function createUploads({ path, folder, files, maxBytes }: Options) {
  const uploader = new AsyncLocalStorage<string>()
  const server = new Server({
    path,
    datastore: new FileStore({ directory: folder }),
    maxSize: maxBytes,
    relativeLocation: true,
    namingFunction: () => randomUUID(),
    disableTerminationForFinishedUploads: true,
    onUploadCreate: async (_request, upload) => {
      const said = metadata.safeParse(upload.metadata ?? {})
      const ownerId = uploader.getStore()
      if (!said.success || upload.size === undefined || ownerId === undefined) {
        throw { status_code: 400, body: 'upload-length and a filename are needed' }
      }
      const { filename: name, filetype: mediaType } = said.data
      await files.announce({ id: upload.id, ownerId, name, mediaType, bytes: upload.size })
      return {}
    },
    // What is there stays, and the upload goes on from it when there is room.
    onResponseError: (_request, error) => refusalOf(error),
    onUploadFinish: async (_request, upload) => {
      await files.complete(upload.id)
      return {}
    },
  })
  return { server, uploader }
}
