import { judgeEnd } from './judge-end.ts'
import { type Lab, labOf } from './lab.ts'
import { Scope } from './scope.ts'
import { seedOf, sharedSession } from './shared-session.ts'

export interface LabOptions {
  /** Where `.lab` and `runs` are; default: the working directory. */
  readonly root?: string
  /** Of all chance; default the variable RESILIENCE_SEED, else a fresh one. */
  readonly seed?: number
  /** Ends the lab when it is aborted: give it the signal of the test. */
  readonly signal?: AbortSignal
  /** Of the test: in the names of links and folders. Default `test`. */
  readonly name?: string
}

/**
 * A lab for one test of any runner: `await using lab = openLab({ signal })`. Starts nothing before it
 * is asked for. Disposing heals and stops all.
 * @throws {LabError} on disposing: `not-landed` when a fault touched nothing, `not-cleaned-up` when
 * something could not be undone.
 */
export function openLab(options: LabOptions = {}): Lab & AsyncDisposable {
  const { root = process.cwd(), seed = seedOf(process.env), name = 'test', signal } = options
  const session = sharedSession({ root, seed })
  const never = new AbortController().signal
  const scope = new Scope(session.get, { name, seed, signal: signal ?? never })
  return {
    ...labOf(scope, seed),
    [Symbol.asyncDispose]: async () => {
      const ended = await scope.end()
      await session[Symbol.asyncDispose]()
      judgeEnd(ended)
    },
  }
}
