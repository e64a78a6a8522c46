import type { Defences } from '../../../defences.ts'

/** How the pools are bounded, where there is a pool. */
export interface Opened {
  readonly options: {
    readonly poolSize: number
    readonly acquireMs: number
    readonly statementMs: number
    readonly defences: Pick<Defences, 'on' | 'settings'>
  }
}
