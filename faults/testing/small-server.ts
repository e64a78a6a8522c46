import { createServer } from 'node:http'

/** `node small-server.ts PORT`: answers `well` to everybody. */
createServer((_, answer) => answer.end('well')).listen(Number(process.argv[2]), '127.0.0.1')
