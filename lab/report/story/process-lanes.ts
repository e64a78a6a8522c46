import { ofKind } from '../../checkers/shared/history.ts'
import type { Journal } from '../../journal/journal.ts'

/** A process of the run over time, under its name: a new process of the same name goes on in its lane. */
export interface ProcessLane {
  readonly name: string
  readonly spans: readonly LaneSpan[]
}

export interface LaneSpan {
  readonly state: 'starting' | 'up' | 'paused'
  readonly fromMs: number
  readonly toMs: number
  /** How it ended, where it did, and nobody asked for it. */
  readonly unasked?: string
}

/** The lanes, in the order in which the processes were started. */
export function processLanes(journal: Journal): readonly ProcessLane[] {
  const endMs = journal.at(-1)?.atMs ?? 0
  const byName = Map.groupBy(ofKind(journal, 'process'), entry => entry.process)
  return [...byName].map(([name, entries]) => {
    const spans = entries.flatMap((entry, i): readonly LaneSpan[] => {
      const state = stateAfter[entry.step]
      if (state === undefined) return []
      const next = entries[i + 1]
      const ended = next?.step === 'exited' && !next.asked
      const unasked = ended ? `ended by itself, ${next.signal ?? `code ${next.code}`}` : undefined
      return [
        {
          state,
          fromMs: entry.atMs,
          toMs: next?.atMs ?? endMs,
          ...(unasked === undefined ? {} : { unasked }),
        },
      ]
    })
    return { name, spans }
  })
}

const stateAfter = {
  spawned: 'starting',
  ready: 'up',
  resumed: 'up',
  paused: 'paused',
  exited: undefined,
} as const
