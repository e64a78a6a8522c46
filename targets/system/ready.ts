import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'

/** Where a process that is being started can be asked. */
export interface Starting {
  readonly host: string
  readonly port: number
  readonly logFile: string
}

/** Resolves once the process does its work; asked again and again until then, for 30 s. */
export type Ready = (at: Starting) => Promise<void>

const answerWithinMs = 2_000

/** It answers `GET path` with 2xx. */
export function http(path: string): Ready {
  return async ({ host, port }) => {
    const signal = AbortSignal.timeout(answerWithinMs)
    const answer = await fetch(`http://${host}:${port}${path}`, { signal })
    await answer.body?.cancel()
    if (!answer.ok) throw new Error(`GET ${path} was answered with ${answer.status}`)
  }
}

/** It accepts connections. */
export function tcp(): Ready {
  return ({ host, port }) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port, timeout: answerWithinMs })
      const end = (settle: () => void) => {
        socket.destroy()
        settle()
      }
      socket.once('connect', () => end(resolve))
      socket.once('timeout', () => end(() => reject(new Error('nobody accepts'))))
      socket.once('error', error => end(() => reject(error)))
    })
}

/**
 * It writes a line that fits, to standard output or standard error: for what does not listen. After a
 * restart it must write one more.
 */
export function logLine(pattern: RegExp): Ready {
  const flags = new Set([...pattern.flags, 'g', 'm'])
  const all = new RegExp(pattern.source, [...flags].join(''))
  const seen = new Map<string, number>()
  return async ({ logFile }) => {
    const count = [...(await readFile(logFile, 'utf8')).matchAll(all)].length
    if (count <= (seen.get(logFile) ?? 0)) throw new Error(`no line like ${pattern} in its log yet`)
    seen.set(logFile, count)
  }
}
