import type { Linked } from '../../../lab/model/capability.ts'
import { cutStatement } from '../../postgres/cut-statement.ts'
import { deadlock } from '../../postgres/deadlock.ts'
import { delayAnswer } from '../../postgres/delay-answer.ts'
import { doubleStatement } from '../../postgres/double-statement.ts'
import { dropAnswer } from '../../postgres/drop-answer.ts'
import { loseAcknowledgement } from '../../postgres/lose-acknowledgement.ts'
import { readOnly } from '../../postgres/read-only.ts'
import { serializationFailure } from '../../postgres/serialization-failure.ts'
import { sqlError } from '../../postgres/sql-error.ts'
import { terminateSession } from '../../postgres/terminate-session.ts'
import { tooManyConnections } from '../../postgres/too-many-connections.ts'
import { thePart } from '../system-of.ts'

const part = thePart<Linked>()

/** Every fault at a message of PostgreSQL. */
export const faults = [
  serializationFailure(part),
  deadlock(part),
  readOnly(part),
  terminateSession(part),
  tooManyConnections(part),
  sqlError(part, '55P03'),
  loseAcknowledgement(part),
  cutStatement(part),
  delayAnswer(part, '1m'),
  dropAnswer(part),
  doubleStatement(part, { on: { statement: 'INSERT' } }),
]
