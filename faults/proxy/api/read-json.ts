import type { IncomingMessage } from 'node:http'
import { ApiError } from '../base/api-error.ts'

const MOST_BYTES = 8 * 1024 * 1024

/**
 * A request's body as JSON, whatever its content type says (curl sends form data by default).
 * @throws {ApiError} 400 when it is no JSON, 413 beyond 8 MiB.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MOST_BYTES)
      throw new ApiError(413, `bad request body: must be at most ${MOST_BYTES} bytes`)
    chunks.push(chunk)
  }
  if (size === 0) throw ApiError.badRequest('EOF')
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw ApiError.badRequest(error instanceof Error ? error.message : 'no JSON')
  }
}
