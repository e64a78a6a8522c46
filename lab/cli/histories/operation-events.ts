import type { Json } from '../../base/json.ts'

/** What a line of somebody's history says: a client asks something, or learns how it ended. */
export interface OperationEvent {
  readonly process: string
  readonly type: 'invoke' | 'ok' | 'fail' | 'info'
  readonly f: string
  readonly value: Json
  readonly key?: string
  /** Order, where it is told apart from that of the lines. */
  readonly index?: number
  readonly timeMs?: number
  /** Of the file, from 1. */
  readonly line: number
}

/** Why a file is no history, and on which line. */
export class HistoryError extends Error {
  readonly line: number
  constructor(what: string, line: number) {
    super(what)
    this.line = line
  }
}
