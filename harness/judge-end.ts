import { LabError } from '../lab/base/errors.ts'
import type { Ended } from './scope.ts'

/** @throws {LabError} `not-cleaned-up` before `not-landed`. */
export function judgeEnd({ missed, problems }: Ended): void {
  if (problems.length > 0) {
    throw new LabError({
      code: 'not-cleaned-up',
      expected: 'to undo every fault and to end every server of the test',
      found: problems.join('\n           '),
      why: 'what is left may disturb other tests',
      next: 'remove the cause; what is left now ends with this process',
    })
  }
  if (missed.length > 0) {
    throw new LabError({
      code: 'not-landed',
      expected: `to touch something: ${missed.join(', ')}`,
      found: 'nothing, from its beginning to its end',
      why: 'a fault that touched nothing shows nothing of the code under test',
      next: 'does the code use the URL of the link, and send what the fault waits for? If it need not: fault.mayTouchNothing()',
    })
  }
}
