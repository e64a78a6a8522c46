import { z } from 'zod'
import { type FaultForm, faultForm } from '../../lab/model/fault-form.ts'
import { cutStatement } from '../postgres/cut-statement.ts'
import { deadlock } from '../postgres/deadlock.ts'
import { delayAnswer } from '../postgres/delay-answer.ts'
import { doubleStatement } from '../postgres/double-statement.ts'
import { dropAnswer } from '../postgres/drop-answer.ts'
import { loseAcknowledgement } from '../postgres/lose-acknowledgement.ts'
import { readOnly } from '../postgres/read-only.ts'
import { serializationFailure } from '../postgres/serialization-failure.ts'
import { sqlError } from '../postgres/sql-error.ts'
import { terminateSession } from '../postgres/terminate-session.ts'
import { tooManyConnections } from '../postgres/too-many-connections.ts'
import { duration, glob, hits, hitsOf, on } from './fields.ts'
import { linksOver } from './needs.ts'

const family = 'postgres messages'
const of = linksOver('postgres')
const statement = { statement: glob('Statement (COMMIT, UPDATE, …)'), table: glob('Table') }
const settings = z.object({ ...statement, ...hits })
const these = ({ statement, table, ...asked }: z.output<typeof settings>) => ({
  on: on({ statement, table }),
  ...hitsOf(asked),
})

export const postgresForms: readonly FaultForm[] = [
  faultForm({
    name: 'sqlError',
    family,
    says: 'Statements are answered with an error of PostgreSQL.',
    of,
    settings: z.object({
      code: z
        .string()
        .regex(/^[0-9A-Z]{5}$/)
        .default('57P03')
        .meta({ title: 'SQLSTATE' }),
      ...statement,
      ...hits,
    }),
    make: (select, { code, ...asked }) => sqlError(select, code, these(asked)),
  }),
  faultForm({
    name: 'delayAnswer',
    family,
    says: 'Answers to some statements come later.',
    of,
    settings: z.object({ delay: duration('Delay', '500ms'), ...statement, ...hits }),
    make: (select, { delay, ...asked }) => delayAnswer(select, delay, these(asked)),
  }),
  faultForm({
    name: 'loseAcknowledgement',
    family,
    says: 'The statement is carried out, and its answer is cut off: a COMMIT in doubt.',
    of,
    settings,
    make: (select, asked) => loseAcknowledgement(select, these(asked)),
  }),
  faultForm({
    name: 'cutStatement',
    family,
    says: 'The connection is cut before the statement arrives.',
    of,
    settings,
    make: (select, asked) => cutStatement(select, these(asked)),
  }),
  faultForm({
    name: 'dropAnswer',
    family,
    says: 'Answers never come, and the connection stays open.',
    of,
    settings,
    make: (select, asked) => dropAnswer(select, these(asked)),
  }),
  faultForm({
    name: 'doubleStatement',
    family,
    says: 'Statements are carried out twice.',
    of,
    settings,
    make: (select, asked) => doubleStatement(select, these(asked)),
  }),
  faultForm({
    name: 'serializationFailure',
    family,
    says: 'Transactions fail with 40001 and must be tried again.',
    of,
    settings,
    make: (select, asked) => serializationFailure(select, these(asked)),
  }),
  faultForm({
    name: 'deadlock',
    family,
    says: 'Transactions fall victim to a deadlock (40P01).',
    of,
    settings,
    make: (select, asked) => deadlock(select, these(asked)),
  }),
  faultForm({
    name: 'readOnly',
    family,
    says: 'Writes are refused as by a standby (25006).',
    of,
    settings,
    make: (select, asked) => readOnly(select, these(asked)),
  }),
  faultForm({
    name: 'terminateSession',
    family,
    says: 'Sessions are terminated as by an administrator (57P01).',
    of,
    settings,
    make: (select, asked) => terminateSession(select, these(asked)),
  }),
  faultForm({
    name: 'tooManyConnections',
    family,
    says: 'New sessions are refused: all slots are taken (53300).',
    of,
    settings: z.object(hits),
    make: (select, asked) => tooManyConnections(select, hitsOf(asked)),
  }),
]
