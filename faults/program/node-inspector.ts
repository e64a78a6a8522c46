import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Clock } from '../../lab/base/clock.ts'
import { LabError } from '../../lab/base/errors.ts'

const openedWithinMs = 5_000
const pollMs = 20
const answersWithinMs = 10_000
const listening = /Debugger listening on (ws:\/\/127\.0\.0\.1:\d+\/\S+)/g
const answer = z.object({
  id: z.number(),
  result: z.object({
    result: z.object({ value: z.unknown().optional() }),
    exceptionDetails: z.unknown().optional(),
  }),
})

/**
 * Opens the inspector of a Node process by SIGUSR1, unless it is open, and says where it listens, as
 * the process itself says in its log. It stays open: to close it would hold up the process for as long as
 * anybody is connected. The process was started with `--inspect-port=0`, else all would want one port.
 * @throws {LabError} `no-inspector` where it does not say so in time.
 */
export async function openInspector(pid: number, logFile: string, clock: Clock): Promise<string> {
  const before = inspectorsIn(logFile)
  const open = before.at(-1)
  if (open !== undefined && (await tellProcess(open, '0')) !== gone) return open
  process.kill(pid, 'SIGUSR1')
  const deadline = clock.nowMs() + openedWithinMs
  while (clock.nowMs() < deadline) {
    const url = inspectorsIn(logFile).slice(before.length).at(-1)
    if (url !== undefined) return url
    await clock.sleep(pollMs)
  }
  throw new LabError({
    code: 'no-inspector',
    expected: `process ${pid} to open its inspector within ${openedWithinMs} ms`,
    found: 'no word of it in its log',
    why: 'the fault is made by what the process is told there',
    next: `see ${logFile}; only a Node process that was started with --inspect-port=0 can be told`,
  })
}

/** Where the process last said that its inspector listens; it may have ended since. */
export function lastInspector(logFile: string): string | undefined {
  return inspectorsIn(logFile).at(-1)
}

function inspectorsIn(logFile: string): readonly string[] {
  if (!existsSync(logFile)) return []
  const text = readFileSync(logFile, 'utf8')
  return [...text.matchAll(listening)].flatMap(([, url]) => url ?? [])
}

/** What is said where nobody listens any more. */
export const gone = Symbol('gone')

/**
 * Runs an expression in the process, even in the middle of what it is doing; resolves to its value where
 * that is a plain one, or to `gone`. @throws {Error} where it throws, or nothing comes back in time.
 */
export async function tellProcess(url: string, expression: string): Promise<unknown> {
  const socket = new WebSocket(url)
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const late = () => reject(new Error(`The inspector did not answer in ${answersWithinMs} ms.`))
  const timer = setTimeout(late, answersWithinMs)
  socket.addEventListener('error', () => resolve(gone))
  socket.addEventListener('close', () => resolve(gone))
  socket.addEventListener('open', () => {
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }))
  })
  socket.addEventListener('message', ({ data }) => {
    const { result } = answer.parse(JSON.parse(`${data}`))
    if (result.exceptionDetails === undefined) return resolve(result.result.value)
    reject(new Error(`The process threw: ${JSON.stringify(result.exceptionDetails)}`))
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.close()
  }
}
