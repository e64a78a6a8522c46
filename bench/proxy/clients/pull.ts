import { z } from 'zod'
import { connected, settings } from './settings.ts'

/** Reads from a source without end, for a time or until killed, and tells how much came. */
const { port, seconds } = settings(z.object({ port: z.int(), seconds: z.number().optional() }))
let bytes = 0
await connected(port, length => {
  bytes += length
})
const startMs = performance.now()
if (seconds === undefined) console.log(JSON.stringify({ reading: true }))
else {
  setTimeout(() => {
    console.log(JSON.stringify({ bytes, seconds: (performance.now() - startMs) / 1000 }))
    process.exit(0)
  }, seconds * 1000)
}
