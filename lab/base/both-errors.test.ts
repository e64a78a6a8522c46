import { expect, test } from 'vitest'
import { bothErrors } from './both-errors.ts'

const failing = {
  [Symbol.dispose]() {
    throw new RangeError('the end')
  },
}

test('of a block and of the end of what it owned, both errors are told', () => {
  let thrown: unknown
  try {
    using _ = failing
    throw new TypeError('the block')
  } catch (error) {
    thrown = error
  }
  const both = bothErrors(thrown)
  expect([both?.before, both?.later]).toEqual([
    new TypeError('the block'),
    new RangeError('the end'),
  ])
})

test('any other error is one', () => {
  expect(bothErrors(new Error('alone'))).toBeUndefined()
  expect(bothErrors('alone')).toBeUndefined()
})
