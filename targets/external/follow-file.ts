import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

const lookEveryMs = 100

/** Appends what is written to `from` from now on to `to`, until the signal aborts. A log that was cut is begun anew. */
export async function followFile(from: string, to: string, signal: AbortSignal): Promise<void> {
  let position = await sizeOf(from)
  while (!signal.aborted) {
    const size = await sizeOf(from)
    if (size < position) position = 0
    if (size > position) {
      const part = createReadStream(from, { start: position, end: size - 1 })
      await pipeline(part, createWriteStream(to, { flags: 'a' }))
      position = size
    }
    await sleep(lookEveryMs, undefined, { signal }).catch(() => {})
  }
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0
}
