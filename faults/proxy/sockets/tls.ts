import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import { z } from 'zod'
import type { Address } from '../base/address.ts'
import type { Encryption } from '../contracts/protocol.ts'

/** A proxy's `tls`: PEM texts. Without it TLS passes through untouched. */
export const tlsBody = z
  .strictObject({
    /** With `key`: ends the clients' TLS here, so that what they say can be understood. */
    cert: z.string().optional(),
    key: z.string().optional(),
    /** Speaks TLS to the upstream; `verify: false` takes any certificate. */
    upstream: z
      .strictObject({
        ca: z.string().optional(),
        servername: z.string().optional(),
        verify: z.boolean().default(true),
      })
      .optional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    path: ['key'],
    message: 'cert and key come together',
  })
  .refine(({ cert, key }) => usable(cert, key), {
    path: ['cert'],
    message: 'must be a certificate in PEM that belongs to key',
  })

export type TlsSettings = z.infer<typeof tlsBody>

/** A socket of a connection, and what lies below it where that is TLS. */
export interface Transport {
  readonly socket: Socket
  /** The TCP socket: the one that can be reset. */
  readonly raw: Socket
  /** The event that says data can pass. */
  readonly ready: 'connect' | 'secureConnect'
}

/** The client's side of a connection. `encryption`: the protocol's own way to TLS, if it has one. */
export function acceptedTransport(
  raw: Socket,
  tls: TlsSettings | undefined,
  encryption: Encryption | undefined,
): Transport {
  if (tls?.cert === undefined) return { socket: raw, raw, ready: 'connect' }
  const below = encryption?.answer(raw) ?? raw
  const socket = new TLSSocket(below, {
    isServer: true,
    secureContext: contextOf(tls),
    ...(encryption && { ALPNProtocols: [encryption.alpn] }),
  })
  hearFailures(socket, raw, below)
  socket.once('end', () => {
    // TLS has no way to answer such an end: the connection would stay for ever.
    if (!socket.getFinished()) socket.destroy(new Error('left before the TLS handshake was done'))
  })
  return { socket, raw, ready: 'connect' }
}

/** Connects to the upstream. */
export function dialledTransport(
  address: Address,
  tls: TlsSettings | undefined,
  encryption: Encryption | undefined,
): Transport {
  const raw = connect({ ...address, allowHalfOpen: true, noDelay: true })
  if (!tls?.upstream) return { socket: raw, raw, ready: 'connect' }
  const { ca, servername, verify } = tls.upstream
  const below = encryption?.ask(raw) ?? raw
  const socket = connectTls({
    socket: below,
    rejectUnauthorized: verify,
    host: servername ?? address.host,
    ...(servername !== undefined && { servername }),
    ...(ca !== undefined && { ca }),
  })
  hearFailures(socket, raw, below)
  return { socket, raw, ready: 'secureConnect' }
}

/** TLS reports a failed connect by itself; unheard, the event of what lies below would be fatal. */
function hearFailures(socket: TLSSocket, ...below: readonly Duplex[]): void {
  for (const each of below) each.on('error', error => socket.destroy(error))
}

/** What of it may be told: keys stay here. */
export function describeTls({ cert, upstream }: TlsSettings): object {
  return { clients: cert ? 'terminated' : 'passed', upstream: upstream ? 'tls' : 'plain' }
}

const contexts = new WeakMap<TlsSettings, SecureContext>()

function contextOf(tls: TlsSettings): SecureContext {
  const known = contexts.get(tls)
  if (known) return known
  const context = createSecureContext({ cert: tls.cert, key: tls.key })
  contexts.set(tls, context)
  return context
}

function usable(cert: string | undefined, key: string | undefined): boolean {
  if (cert === undefined) return true
  try {
    createSecureContext({ cert, key })
    return true
  } catch {
    return false
  }
}
