import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'

/** From now on: how many lines of a log that grows match, each time it is asked. */
export async function logLines(file: string, pattern: RegExp): Promise<() => Promise<number>> {
  const { size: start } = await stat(file)
  return async () => {
    let count = 0
    for await (const line of createInterface({ input: createReadStream(file, { start }) })) {
      if (pattern.test(line)) count++
    }
    return count
  }
}
