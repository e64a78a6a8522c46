import type { Duration } from '../lab/base/duration.ts'
import type { Workload } from '../lab/model/workload.ts'
import type { WithServices } from '../lab/workloads/endpoints.ts'

export interface CommonOptions {
  /** Requests that write, each under a key by which it is asked for in the end. */
  readonly write: Workload<WithServices>
  /** Requests that only read. */
  readonly read: Workload<WithServices>
  /**
   * Parts without which reads need not be answered; default every Postgres. While another one is away
   * or slow, 9 of 10 reads must be answered.
   */
  readonly needs?: readonly string[]
  /** How long an answer may take, whatever it is; default '3s'. */
  readonly deadline?: Duration
  /** How long it may take until all is well again; default '4s'. */
  readonly recoverWithin?: Duration
  /**
   * Failures must say what they are: a 5xx with a code, a Retry-After. Default false: any answer in
   * time will do.
   */
  readonly honest?: boolean
  /** How much memory an instance may keep after a spell of trouble, in MB; default 96. */
  readonly memoryMb?: number
}
