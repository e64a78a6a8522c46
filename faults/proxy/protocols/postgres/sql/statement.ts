import type { SqlStatement } from '../../../contracts/protocol.ts'

/** One statement of a query. */
export interface Statement extends SqlStatement {
  /** What it makes or uses by a name. */
  readonly named: Named | undefined
}

export interface Named {
  readonly does: 'prepare' | 'execute' | 'declare' | 'fetch'
  readonly name: string
  /** Of what it prepares or declares. */
  readonly kind: string
  readonly writes: string | undefined
}
