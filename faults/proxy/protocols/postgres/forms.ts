import { SQL_LIMIT } from '../../contracts/protocol.ts'

/** Messages a client sends, by their type byte. */
export const clientForms: Readonly<Record<number, string>> = byType({
  B: 'Bind',
  C: 'Close',
  d: 'CopyData',
  c: 'CopyDone',
  f: 'CopyFail',
  D: 'Describe',
  E: 'Execute',
  H: 'Flush',
  F: 'FunctionCall',
  P: 'Parse',
  p: 'Password',
  Q: 'Query',
  S: 'Sync',
  X: 'Terminate',
})

/** Messages a server sends, by their type byte. */
export const serverForms: Readonly<Record<number, string>> = byType({
  R: 'Authentication',
  K: 'BackendKeyData',
  2: 'BindComplete',
  3: 'CloseComplete',
  C: 'CommandComplete',
  d: 'CopyData',
  c: 'CopyDone',
  G: 'CopyInResponse',
  H: 'CopyOutResponse',
  W: 'CopyBothResponse',
  D: 'DataRow',
  I: 'EmptyQueryResponse',
  E: 'ErrorResponse',
  V: 'FunctionCallResponse',
  v: 'NegotiateProtocolVersion',
  n: 'NoData',
  N: 'NoticeResponse',
  A: 'NotificationResponse',
  t: 'ParameterDescription',
  S: 'ParameterStatus',
  1: 'ParseComplete',
  s: 'PortalSuspended',
  Z: 'ReadyForQuery',
  T: 'RowDescription',
})

/** Enough to see the verb. */
const verbLimit = 16 * 1024
const nameLimit = 4096
const ofClient: Readonly<Record<string, number>> = {
  Query: SQL_LIMIT,
  // It may be executed when somebody wants to know more of it.
  Parse: SQL_LIMIT,
  Bind: nameLimit,
  Execute: nameLimit,
  Close: nameLimit,
}
const ofServer: Readonly<Record<string, number>> = {
  ErrorResponse: 1024,
  NotificationResponse: nameLimit,
  ReadyForQuery: 1,
}

/** Bytes of a client's message worth looking at; undefined where there is no such message. */
export function wantedOfClient(type: number, detail: boolean): number | undefined {
  if (type === 0) return 1024
  const form = clientForms[type]
  if (form === 'Query' && !detail) return verbLimit
  return form === undefined ? undefined : (ofClient[form] ?? 0)
}

/** The same for a server's message. */
export function wantedOfServer(type: number): number | undefined {
  const form = serverForms[type]
  return form === undefined ? undefined : (ofServer[form] ?? 0)
}

function byType(forms: Readonly<Record<string, string>>): Readonly<Record<number, string>> {
  return Object.fromEntries(Object.entries(forms).map(([type, form]) => [type.charCodeAt(0), form]))
}
