import { z } from 'zod'
import { echoed, settings } from './settings.ts'

/** Opens connections, has one byte echoed on each, and holds them until killed. */
const { port, count } = settings(z.object({ port: z.int(), count: z.int() }))
const sockets = []
let failed = 0
for (let i = 0; i < count; i += 100) {
  const batch = Array.from({ length: Math.min(100, count - i) }, () => echoed(port))
  for (const result of await Promise.allSettled(batch)) {
    if (result.status === 'fulfilled') sockets.push(result.value)
    else failed++
  }
}
console.log(JSON.stringify({ open: sockets.length, failed }))
setInterval(() => {}, 60_000)
