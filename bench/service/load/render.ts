import { randomUUID } from 'node:crypto'
import type { Plan } from './plan.ts'

type Request = Plan['requests'][number]

/** The bytes of a request, one Latin-1 character each; made once when nothing in it changes. */
export function rendering(request: Request, closes: boolean): () => string {
  const body = request.body === undefined ? '' : JSON.stringify(request.body)
  const { method, path } = request
  const headers = {
    host: 'bench',
    ...(body && { 'content-type': 'application/json' }),
    ...(closes && { connection: 'close' }),
    ...request.headers,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}`
  const text = (head: string, body: string) =>
    `${head}${body && `content-length: ${Buffer.byteLength(body)}\r\n`}\r\n${latin1(body)}`
  if (!/\{(uuid|id)\}/.test(head + body)) {
    const same = text(head, body)
    return () => same
  }
  return () => {
    const uuid = randomUUID()
    const filled = (part: string) =>
      part.replaceAll('{uuid}', uuid).replaceAll('{id}', uuid.slice(-12))
    return text(filled(head), filled(body))
  }
}

const latin1 = (text: string) => Buffer.from(text).toString('latin1')
