import type { Json } from '../../../base/json.ts'
import { isRecord } from '../../../base/json.ts'
import { canonical } from '../canonical.ts'
import type { Asked, Effect, Model } from '../model.ts'

export interface RegisterOptions {
  /** Default `read`: its ok value is what was read, `null` for nothing. */
  readonly read?: string
  /** Default `write`: its input is what is written. */
  readonly write?: string
  /** Default `cas`: its input is `{expected, next}`, its ok value `false` where it took no effect. */
  readonly cas?: string
  /** What each key holds in the beginning; default `null`. */
  readonly initial?: Json
}

/** One value per key, that is read, written, and compared and set. */
export function register(options: RegisterOptions = {}): Model {
  const { read = 'read', write = 'write', cas = 'cas', initial = null } = options
  return {
    name: 'register',
    initial: canonical(initial),
    perKey: true,
    effectOf: asked => {
      if (asked.f === read) return reading(asked)
      if (asked.f === write) return writing(canonical(asked.input))
      return asked.f === cas ? comparing(asked) : undefined
    },
  }
}

export function reading({ answer }: Asked): Effect {
  const seen = answer && canonical(answer.value)
  const step = (state: string) => (seen === undefined || state === seen ? state : undefined)
  const common = { name: `read ${seen}`, step, changes: false, tells: seen !== undefined }
  return seen === undefined ? common : { ...common, needs: seen }
}

export function writing(next: string): Effect {
  return { name: `write ${next}`, step: () => next, changes: true, tells: false, makes: next }
}

/** An uncertain one that found another value had no effect, which is as if it had not happened. */
export function comparing({ input, answer }: Asked): Effect | undefined {
  if (!isRecord(input) || input.expected === undefined || input.next === undefined) return undefined
  const [expected, next] = [canonical(input.expected), canonical(input.next)]
  const name = `cas ${expected} ${next}`
  if (answer?.value === false) {
    const step = (state: string) => (state === expected ? undefined : state)
    return { name: `no ${name}`, step, tells: true, changes: false }
  }
  const step = (state: string) => (state === expected ? next : undefined)
  return { name, step, tells: true, changes: true, needs: expected, makes: next }
}
