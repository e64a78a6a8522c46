import type { Checker } from '../model/checker.ts'
import { liesOf } from './linearizability/lies.ts'
import { type RegisterOptions as Names, register } from './linearizability/models/register.ts'
import { judgeLinearizable, type LinearizableOptions } from './linearizable.ts'
import type { Named } from './shared/history.ts'

export interface RegisterOptions extends Names, LinearizableOptions {}

/**
 * Each key behaves as one register that does each operation at one moment between its invocation
 * and its answer: `linearizable(workload, register(options))`, which says more.
 */
export function linearizableRegister(workload: Named, options: RegisterOptions = {}): Checker {
  return {
    name: `${workload.name} is linearizable, key by key`,
    check: journal => judgeLinearizable(journal, workload, register(options), options),
    lies: liesOf(workload, register(options)),
  }
}
