export type Direction = 'upstream' | 'downstream'

/** How a connection is ended: both halves with FIN, or with RST. */
export type Ending = 'fin' | 'rst'

export interface ConnectionFacts {
  readonly id: number
  readonly link: string
  readonly client: string
  readonly openedAtMs: number
  /** False when the toxic was there before the connection. */
  readonly wasOpen: boolean
}
