import { createServer } from 'node:http'
import { listen } from '../../lab/testing/loopback.ts'

/**
 * What both generators ask: `POST /op/N` is answered at once, and its arrival is kept. `GET /stats`:
 * how many came. `GET /arrivals`: when each came, in ms of wall time by its number, and the header
 * `x-start` of the last one. `POST /reset` forgets them. Prints its port.
 */
const mostOperations = 1_000_000
const arrivals = new Float64Array(mostOperations)
let count = 0
let start = 0

const server = createServer((request, response) => {
  const [, what, number] = (request.url ?? '').split('/')
  response.setHeader('content-type', 'application/json')
  if (what === 'op') {
    arrivals[Number(number)] = performance.timeOrigin + performance.now()
    count++
    const told = request.headers['x-start']
    if (typeof told === 'string') start = Number(told)
    request.resume()
    request.on('end', () => response.end('{"done":true}'))
  } else if (what === 'arrivals') {
    response.end(JSON.stringify({ start, arrivals: [...arrivals.subarray(0, count)] }))
  } else {
    if (what === 'reset') {
      arrivals.fill(0)
      count = 0
    }
    response.end(JSON.stringify({ count }))
  }
})
console.log(JSON.stringify({ port: await listen(server) }))
