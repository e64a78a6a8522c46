import type { Json } from '../../base/json.ts'
import { isFinal, isOk, type Performed } from '../shared/history.ts'
import type { FoundOptions } from './final-reads.ts'

export interface WriteOptions extends FoundOptions {
  /** The operation that writes; default each but the reads. Its `key` is what the reads ask for. */
  readonly write?: string
  /**
   * What the final reads must find of a write; default the value of its ok answer. Undefined: any
   * value will do, as for a write whose answer never came.
   */
  readonly promised?: (write: Performed) => Json | undefined
}

export function isWrite(each: Performed, { write, read }: WriteOptions): boolean {
  const writes = write === undefined ? each.f !== (read ?? 'read') : each.f === write
  return writes && !isFinal(each)
}

export function answered(each: Performed): Json | undefined {
  return isOk(each) ? each.answer.outcome.value : undefined
}
