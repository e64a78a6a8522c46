import type { CrewAct } from '../../journal/crew.ts'
import type { Role } from '../../journal/crew-words.ts'

type Act = Omit<Extract<CrewAct, { did: 'injected' }>, 'did'>

/** What became of one injection of the day. Moments are ms of the day. */
export interface Injected extends Act {
  readonly by: string
  readonly role: Role | 'console'
  readonly askedMs: number
  readonly state: 'being made' | 'in force' | 'over' | 'failed'
  readonly touches: readonly string[]
  readonly appliedMs?: number
  readonly healedMs?: number
  readonly healedWhy?: Extract<CrewAct, { did: 'healed' }>['why']
  /** Undefined until it was asked for the first time. */
  readonly landed?: number
  readonly landedOn?: Readonly<Record<string, number>>
  readonly firstLandedMs?: number
  readonly leaseUntilMs?: number
  readonly error?: string
}
