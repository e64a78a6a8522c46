import { z } from 'zod'
import { echoed, settings } from './settings.ts'

/** Connects, has one byte echoed, closes; so many at a time, so many in all. */
const { port, count, atOnce } = settings(
  z.object({ port: z.int(), count: z.int(), atOnce: z.int() }),
)
let left = count
const startMs = performance.now()
await Promise.all(Array.from({ length: atOnce }, loop))
console.log(JSON.stringify({ perSecond: (count * 1000) / (performance.now() - startMs) }))

async function loop(): Promise<void> {
  while (left-- > 0) {
    ;(await echoed(port)).destroy()
  }
}
