import { z } from 'zod'

const fact = z.string().min(1).max(500)

/** What an agent may be asked to do. */
export const task = z.discriminatedUnion('tool', [
  /** Learns all of them or none. */
  z.strictObject({ tool: z.literal('remember'), facts: z.array(fact).min(1).max(20) }),
  z.strictObject({ tool: z.literal('recall') }),
])
export type Task = z.infer<typeof task>

/** Forwards only; `failed` from anywhere before the end. */
export const states = ['asked', 'started', 'thinking', 'executing', 'executed'] as const
export type OpenState = (typeof states)[number]
export type State = OpenState | 'completed' | 'failed'

export type EventType =
  | 'agent_started'
  | 'agent_thinking'
  | 'tool_executing'
  | 'tool_completed'
  | 'agent_completed'
  | 'agent_failed'

/** Where a run goes from each state, and what it says then. */
export const steps: Readonly<Record<OpenState, { to: State; says: EventType }>> = {
  asked: { to: 'started', says: 'agent_started' },
  started: { to: 'thinking', says: 'agent_thinking' },
  thinking: { to: 'executing', says: 'tool_executing' },
  executing: { to: 'executed', says: 'tool_completed' },
  executed: { to: 'completed', says: 'agent_completed' },
}

/** A run that a worker holds for as long as its lease lasts. */
export interface Run {
  readonly id: string
  readonly userId: string
  readonly trace: string
  readonly task: Task
  readonly state: OpenState
  /** How many workers have had it, this one included. */
  readonly attempts: number
}

export interface RunEvent {
  readonly runId: string
  /** 1, 2, 3 … within its run. */
  readonly seq: number
  readonly type: EventType
  readonly data: unknown
}
