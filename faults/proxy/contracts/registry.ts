import type { Protocol } from './protocol.ts'
import type { ToxicKind } from './toxic.ts'

/** Every kind of toxic and every protocol there is, by name. */
export interface Registry {
  readonly toxics: ReadonlyMap<string, ToxicKind>
  readonly protocols: ReadonlyMap<string, Protocol>
}
