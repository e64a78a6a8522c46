import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** A service as small as one can be: it forgets every tenth note that it has confirmed. */
const notes = []

createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://notes')
  response.setHeader('content-type', 'application/json')
  if (request.method === 'POST') {
    const note = JSON.parse(await text(request))
    if (notes.length % 10 !== 9 || process.env.MENDED === 'yes') notes.push(note)
    else notes.push({ id: 'forgotten' })
    return response.writeHead(201).end(JSON.stringify(note))
  }
  if (pathname === '/health') return response.end('{}')
  const found = notes.filter(({ id }) => pathname === `/notes/${id}`)
  return response.writeHead(found.length > 0 ? 200 : 404).end(JSON.stringify(found))
}).listen(Number(process.env.PORT), '127.0.0.1')
