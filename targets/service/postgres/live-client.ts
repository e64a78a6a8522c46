import type { PostgresCursor, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import { currentContext } from '../context.ts'
import { codeOf } from '../failure.ts'
import { cancelStatement } from './cancel.ts'
import type { Liveness } from './liveness.ts'

interface Options {
  /** How long a statement may take before the server ends it; undefined: for ever. */
  readonly statementMs: number | undefined
  readonly liveness: Liveness
  /** Called for each statement. */
  readonly onStatement: () => void
  /** Called when the connection is given back. */
  readonly onRelease: () => void
}

/** The server's own time-out, which ends a statement cleanly, comes first. */
const laterMs = 250
/** How long the server may take to end a statement for a caller who has gone. */
const cancelMs = 500

/**
 * A connection out of a pool. Each statement carries `/* trace=REQUEST *​/`, so that the server's log
 * and the wire tell whose it is, and is cancelled in the server when the request's deadline passes.
 * A connection in doubt is closed instead of going back.
 */
export function liveClient(client: pg.PoolClient, options: Options): PostgresPoolClient {
  const { statementMs, liveness, onStatement, onRelease } = options
  let isSpoiled = false
  const send = async <Row>(text: string, values: readonly unknown[]) => {
    onStatement()
    const result = await client.query({
      text: `/* trace=${currentContext().requestId} */ ${text}`,
      values: [...values],
      ...(statementMs !== undefined && { query_timeout: statementMs + laterMs }),
    })
    liveness.heard(client)
    return result as PostgresQueryResult<Row> // pg types the command as any string
  }
  const run = async <Row>(text: string, values: readonly unknown[]) => {
    const { stop: signal } = currentContext().deadline
    try {
      // The end of a transaction is never cancelled: it would be in doubt.
      if (!signal || /^(commit|rollback)/i.test(text)) return await send<Row>(text, values)
      signal.throwIfAborted()
      return await untilAborted(signal, client, send<Row>(text, values))
    } catch (error) {
      // An error that the server did not send leaves the connection in doubt.
      const isServers = error instanceof pg.DatabaseError
      if (isServers) liveness.heard(client)
      if (liveness.condemns(error) || !(isServers || error === signal?.reason)) isSpoiled = true
      if (signal?.aborted && codeOf(error) === '57014') throw signal.reason
      throw error
    }
  }
  function query<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>>
  function query<Row>(cursor: PostgresCursor<Row>): never
  function query(text: string | object, values: readonly unknown[] = []) {
    if (typeof text !== 'string') throw new TypeError('This pool runs no cursors.')
    return run(text, values)
  }
  const release = (destroy?: boolean) => {
    client.release(destroy || isSpoiled)
    onRelease()
  }
  return { query, release }
}

/** The answer; when the signal aborts, what the server says to being told to stop, if it does. */
async function untilAborted<T>(
  signal: AbortSignal,
  client: pg.PoolClient,
  answer: Promise<T>,
): Promise<T> {
  const { promise: silence, reject } = Promise.withResolvers<never>()
  let cancelling: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const onAbort = () => {
    cancelling = cancelStatement(client, cancelMs)
    timer = setTimeout(
      () => reject(new Error('timeout: it went on after it was cancelled')),
      cancelMs,
    )
  }
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([answer, silence])
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearTimeout(timer)
    answer.catch(() => {})
    // A cancellation still on its way would end the next statement on this connection.
    await cancelling
  }
}
