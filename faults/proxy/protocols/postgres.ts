import type { Protocol } from '../contracts/protocol.ts'
import { encryption } from './postgres/negotiated.ts'
import { PostgresSession } from './postgres/session.ts'

/** PostgreSQL, protocol version 3. */
export const protocol: Protocol = {
  name: 'postgres',
  open: () => new PostgresSession(),
  encryption,
}
