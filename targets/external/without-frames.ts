import { Transform } from 'node:stream'

const headerBytes = 8

/** Takes the frames off that an engine sends a container's output in: kind, three zeros, length. */
export function withoutFrames(): Transform {
  let rest: Buffer = Buffer.alloc(0)
  let left = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      rest = Buffer.concat([rest, chunk])
      for (;;) {
        if (left > 0 && rest.length > 0) {
          const part = rest.subarray(0, left)
          this.push(part)
          rest = rest.subarray(part.length)
          left -= part.length
        } else if (left === 0 && rest.length >= headerBytes) {
          left = rest.readUInt32BE(4)
          rest = rest.subarray(headerBytes)
        } else break
      }
      done()
    },
  })
}
