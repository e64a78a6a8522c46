import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const reply = z.union([z.object({ result: z.unknown() }), z.object({ error: z.string() })])

/** A process that is told something and answers, one thing after the other. */
export interface Child extends AsyncDisposable {
  readonly pid: number
  tell(order: object): Promise<unknown>
}

/** @param file beside this one. */
export function startChild(file: string): Child {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), { stdio: 'inherit' })
  return {
    pid: child.pid ?? 0,
    tell: async order => {
      child.send(order)
      const answer = reply.parse(await answerOf(child, file))
      if ('error' in answer) throw new Error(`${file}: ${answer.error}`)
      return answer.result
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function answerOf(child: ChildProcess, file: string): Promise<unknown> {
  const answered = new AbortController()
  const { signal } = answered
  const ended = once(child, 'exit', { signal }).then(([code, why]) => {
    throw new Error(`${file} ended with ${why ?? code} instead of an answer`)
  })
  ended.catch(() => {})
  try {
    const [answer] = await Promise.race([once(child, 'message', { signal }), ended])
    return answer
  } finally {
    answered.abort()
  }
}
