import { createServer } from 'node:http'

/** `node small-server.ts PORT`: answers `well` to everybody, or `off` where its clock is not the machine's. */
createServer((_, answer) => {
  const offMs = Math.abs(Date.now() - performance.timeOrigin - performance.now())
  answer.end(offMs < 60_000 ? 'well' : 'off')
}).listen(Number(process.argv[2]), '127.0.0.1')
