import { z } from 'zod'
import { connected, quantile, settings } from './settings.ts'

/**
 * Sends small messages to an echo at a fixed rate, whatever comes back, and tells how long after
 * its sending each answer came. Rates Node's timers cannot keep one by one are kept by spinning.
 */
const MOST_TIMED_PER_SECOND = 1_000
const { port, perSecond, seconds, connections, expectedMs } = settings(
  z.object({
    port: z.int(),
    perSecond: z.number(),
    seconds: z.number(),
    connections: z.int(),
    /** A delay the answers are meant to have. */
    expectedMs: z.number().default(0),
  }),
)
const MESSAGE_BYTES = 16
const total = Math.round(perSecond * seconds)
const late: number[] = []
const lines = await Promise.all(Array.from({ length: connections }, open))
const message = Buffer.alloc(MESSAGE_BYTES, 'm')
const startMs = performance.now() + 100
let sent = 0
const turn = () => {
  const now = performance.now()
  while (sent < total && now >= startMs + (sent * 1000) / perSecond) {
    const line = lines[sent % lines.length]
    if (!line) break
    line.sentAt.push(performance.now())
    line.socket.write(message)
    sent++
  }
  const overdue = now > startMs + seconds * 1000 + expectedMs + 5_000
  if (late.length >= total || overdue) finish()
  else if (perSecond > MOST_TIMED_PER_SECOND) setImmediate(turn)
  else setTimeout(turn, 1)
}
turn()

async function open() {
  const sentAt: number[] = []
  let bytes = 0
  const socket = await connected(port, length => {
    const now = performance.now()
    for (bytes += length; bytes >= MESSAGE_BYTES; bytes -= MESSAGE_BYTES) {
      const at = sentAt.shift()
      if (at !== undefined) late.push(now - at - expectedMs)
    }
  })
  return { socket, sentAt }
}

function finish(): void {
  const result = {
    count: late.length,
    lost: total - late.length,
    leastMs: quantile(late, 0),
    p50Ms: quantile(late, 0.5),
    p99Ms: quantile(late, 0.99),
  }
  console.log(JSON.stringify(result))
  process.exit(0)
}
