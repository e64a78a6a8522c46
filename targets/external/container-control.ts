import { createWriteStream } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { LabError } from '../../lab/base/errors.ts'
import { askEngine, type EngineAddress } from '../../lab/containers/ask-engine.ts'
import { findEngine } from '../../lab/containers/engine.ts'
import { containerUndo } from '../containers/container-undo.ts'
import { tellContainer } from '../containers/tell-container.ts'
import type { Control, Incarnation } from './control.ts'
import { withoutFrames } from './without-frames.ts'

const listed = z.array(z.object({ Id: z.string(), Names: z.array(z.string()) }))
const inspected = z.object({
  State: z.object({ Running: z.boolean(), Pid: z.int(), StartedAt: z.string() }),
})
const waited = z.object({ StatusCode: z.int() })
const stopWithinMs = 25_000
/** An engine with much to do is slow to tell. */
const lookWithinMs = 15_000
const logAgainMs = 300
/** A run ends before. */
const longestWaitMs = 24 * 3_600_000

/**
 * A container on the engine of `DOCKER_HOST`.
 * @throws {LabError} `no-container` unless exactly one has the name, or the labels.
 */
export async function containerControl(
  which: string | Readonly<Record<string, string>>,
  field: string,
): Promise<Control & { readonly container: string }> {
  const { address } = await findEngine()
  const id = await find(address, which, field)
  const path = `/containers/${id}`
  const look = async (): Promise<Incarnation | undefined> => {
    const { status, text } = await askEngine(address, `${path}/json`, { withinMs: lookWithinMs })
    if (status === 404) return undefined
    const { Running, Pid, StartedAt } = inspected.parse(JSON.parse(text)).State
    return Running ? { id: `${id}@${StartedAt}`, pid: Pid } : undefined
  }
  const tell = (action: string) => tellContainer(address, id, action, stopWithinMs)
  return {
    container: id,
    look,
    ended: async (_, signal) => {
      const asked = { method: 'POST', withinMs: longestWaitMs, signal }
      const { text, status } = await askEngine(address, `${path}/wait?condition=not-running`, asked)
      return status === 200 ? waited.parse(JSON.parse(text)).StatusCode : null
    },
    kill: () => tell('kill?signal=SIGKILL'),
    stop: () => tell('stop'),
    start: () => tell('start'),
    pause: () => tell('pause'),
    resume: () => tell('unpause'),
    undo: action =>
      containerUndo({ address, container: id, action: action === 'start' ? 'start' : 'unpause' }),
    followLog: (file, signal) => followLog(address, path, file, signal),
  }
}

async function find(
  address: EngineAddress,
  which: string | Readonly<Record<string, string>>,
  field: string,
): Promise<string> {
  const filter =
    typeof which === 'string'
      ? { name: [`^/${which.replace(/[.]/g, '\\.')}$`] }
      : { label: Object.entries(which).map(([key, value]) => `${key}=${value}`) }
  const query = `all=1&filters=${encodeURIComponent(JSON.stringify(filter))}`
  const { text } = await askEngine(address, `/containers/json?${query}`, {
    withinMs: lookWithinMs,
  })
  const found = listed.parse(JSON.parse(text))
  const [one, ...more] = found
  if (one && more.length === 0) return one.Id
  throw new LabError(
    {
      code: 'no-container',
      expected: `${field} to be one container: ${JSON.stringify(which)}`,
      found: found.flatMap(({ Names }) => Names).join(', ') || 'none of that name or these labels',
      why: 'It must be known which process is hurt.',
      next: 'docker ps -a shows names and labels; start it, or correct the field.',
    },
    'usage',
  )
}

/**
 * What it writes from now on, over its restarts: the engine ends the stream with the process. By the time
 * of day, since the engine goes by that.
 */
async function followLog(
  address: EngineAddress,
  path: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  let since = Date.now()
  while (!signal.aborted) {
    const query = `follow=1&stdout=1&stderr=1&since=${(since / 1_000).toFixed(3)}`
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const asked = request({ ...address, path: `${path}/logs?${query}`, signal }, resolve)
      asked.on('error', reject)
      asked.end()
    })
    await pipeline(answer, withoutFrames(), createWriteStream(file, { flags: 'a' }), { signal })
    since = Date.now()
    await sleep(logAgainMs, undefined, { signal })
  }
}
