import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AnswerReader, UnreadableAnswer } from './answer-reader.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const answer = bytes('HTTP/1.1 201 Created\r\ncontent-length: 5\r\n\r\nhello')

test('reads one answer after the other, wherever the chunks are cut', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: answer.length - 1 }), { maxLength: 6 })
  fc.assert(
    fc.property(cuts, cuts => {
      const reader = new AnswerReader()
      const borders = [0, ...new Set(cuts)].sort((a, b) => a - b)
      for (let round = 0; round < 2; round++) {
        const found = borders.map((from, i) => reader.push(answer.subarray(from, borders[i + 1])))
        expect(found.at(-1)).toEqual({ status: 201, keepsAlive: true })
        expect(found.slice(0, -1).every(each => each === undefined)).toBe(true)
      }
    }),
  )
})

test('takes 204 for whole without a length, and notices that a connection closes', () => {
  expect(new AnswerReader().push(bytes('HTTP/1.1 204 No Content\r\n\r\n'))).toMatchObject({
    status: 204,
  })
  const last = bytes('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  expect(new AnswerReader().push(last)).toEqual({ status: 200, keepsAlive: false })
})

test.each([
  ['more than one answer', Buffer.concat([answer, answer])],
  ['a body of unknown length', bytes('HTTP/1.1 200 OK\r\n\r\nhello')],
  ['what is not HTTP', bytes('* OK IMAP4rev1\r\n\r\n')],
])('refuses %s', (_name, chunk) => {
  expect(() => new AnswerReader().push(chunk)).toThrow(UnreadableAnswer)
})
