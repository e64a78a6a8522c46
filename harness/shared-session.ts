import { LabError } from '../lab/base/errors.ts'
import { freshSeed } from '../lab/base/random.ts'
import type { Session, SessionOptions } from './session.ts'

/** A session that is started when somebody first asks for it. */
export interface SharedSession extends AsyncDisposable {
  get(): Promise<Session>
  /** Undefined where nobody has asked. */
  readonly started: Promise<Session> | undefined
}

export function sharedSession(options: SessionOptions): SharedSession {
  let started: Promise<Session> | undefined
  let over = false
  return {
    get started() {
      return started
    },
    get: () => {
      if (over) return Promise.reject(new Error('The session of this file has ended.'))
      started ??= import('./session.ts').then(({ startSession }) => startSession(options))
      return started
    },
    [Symbol.asyncDispose]: async () => {
      over = true
      const session = await started?.catch(() => undefined)
      await session?.[Symbol.asyncDispose]()
    },
  }
}

/** @throws {LabError} `bad-seed` when the variable is set and no seed. */
export function seedOf({ RESILIENCE_SEED: text }: NodeJS.ProcessEnv): number {
  if (text === undefined || text === '') return freshSeed()
  if (/^\d{1,10}$/.test(text)) return Number(text)
  throw new LabError({
    code: 'bad-seed',
    expected: 'RESILIENCE_SEED to be a whole number, as a failed test prints it',
    found: text,
    why: 'with another seed the test would not be repeated',
    next: 'copy the number from the failure, or unset the variable',
  })
}
