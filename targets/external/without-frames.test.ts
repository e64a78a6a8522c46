import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { withoutFrames } from './without-frames.ts'

const frame = (words: string) => {
  const header = Buffer.alloc(8)
  header[0] = 1
  header.writeUInt32BE(Buffer.byteLength(words), 4)
  return Buffer.concat([header, Buffer.from(words)])
}

test.each([1, 3, 7, 1_000])('reads the output of a container in pieces of %i bytes', async size => {
  const all = Buffer.concat([frame('one\n'), frame(''), frame('zwei – 2\n'), frame('x')])
  const stream = withoutFrames()
  for (let at = 0; at < all.length; at += size) stream.write(all.subarray(at, at + size))
  stream.end()
  expect(await text(stream)).toBe('one\nzwei – 2\nx')
})
