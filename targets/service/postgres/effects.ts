import type { CompiledQuery, DatabaseConnection, Dialect, Driver } from 'kysely'
import { currentContext } from '../context.ts'
import type { Defences } from '../defences.ts'
import { classify } from '../failure.ts'

/**
 * The dialect, whose connections tell the request at work before they send what may have an effect:
 * a change outside of a transaction, and the COMMIT of one that changed something. What the server
 * then refuses was not done. So each request knows at any time whether it may have done something,
 * and none begins to once it was answered that nothing was done.
 */
export function tellingEffects(dialect: Dialect, defences: Pick<Defences, 'on'>): Dialect {
  if (!defences.on('proved-outcomes')) return dialect
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: db => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => watched(dialect.createDriver()),
  }
}

function watched(driver: Driver): Driver {
  const known = new WeakSet<DatabaseConnection>()
  const acquire = driver.acquireConnection.bind(driver)
  driver.acquireConnection = async options => {
    const connection = await acquire(options)
    if (!known.has(connection)) watch(connection)
    known.add(connection)
    return connection
  }
  return driver
}

/** In place, since drivers want back the very connection they gave. */
function watch(connection: DatabaseConnection): void {
  const execute = connection.executeQuery.bind(connection)
  let isInTransaction = false
  let hasChanged = false
  connection.executeQuery = async <Row>(query: CompiledQuery) => {
    const verb = /^\s*(\w+)/.exec(query.sql)?.[1]?.toLowerCase() ?? ''
    if (verb === 'begin' || verb === 'start') {
      hasChanged = false
      isInTransaction = true
    }
    const isEnd = verb === 'commit' || (verb === 'rollback' && !/\bto\b/i.test(query.sql))
    if (isEnd) isInTransaction = false
    else if (isInTransaction) hasChanged ||= changes(verb, query.sql)
    const isEffect = verb === 'commit' ? hasChanged : !isInTransaction && changes(verb, query.sql)
    return isEffect ? told(() => execute<Row>(query)) : execute<Row>(query)
  }
}

async function told<Result>(send: () => Promise<Result>): Promise<Result> {
  const statement = currentContext().deadline.beginStatement()
  try {
    const result = await send()
    statement.done()
    return result
  } catch (error) {
    if (classify(error).isAnswer) statement.undone()
    throw error
  }
}

const reads = /^(select|values|table|show|set|begin|start|rollback|savepoint|release|explain)$/

function changes(verb: string, text: string): boolean {
  if (verb === 'with') return /\b(insert|update|delete|merge)\b/i.test(text)
  return !reads.test(verb)
}
