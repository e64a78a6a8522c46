interface Otherwise {
  /** Default true, as clients must. */
  readonly masked?: boolean
  /** What the head claims; default: as long as it is. */
  readonly length?: bigint
}

const mask = Buffer.from([1, 2, 3, 4])

/** A frame of a client (RFC 6455, 5.2), right or wrong. @param first FIN, RSV and opcode. */
export function rawFrame(
  first: number,
  payload: Buffer,
  { masked = true, length = BigInt(payload.length) }: Otherwise = {},
): Buffer {
  const flag = masked ? 0x80 : 0
  const sent = masked ? payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)) : payload
  return Buffer.concat([
    Buffer.from([first, flag | (length < 126n ? Number(length) : 127)]),
    length < 126n ? Buffer.alloc(0) : wide(length),
    masked ? mask : Buffer.alloc(0),
    sent,
  ])
}

function wide(length: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(length)
  return bytes
}

/** The code with which a server that answers an upgrade closes, in all that it has sent so far. */
export function closeCodeIn(received: Buffer): number | undefined {
  let at = received.indexOf('\r\n\r\n') + 4
  while (at + 4 <= received.length) {
    const opcode = received.readUInt8(at) & 0x0f
    if (opcode === 8) return received.readUInt16BE(at + 2)
    const short = received.readUInt8(at + 1)
    at += short < 126 ? 2 + short : 4 + received.readUInt16BE(at + 2)
  }
  return undefined
}
