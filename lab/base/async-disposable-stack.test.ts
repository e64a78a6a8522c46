import { expect, test } from 'vitest'
import { AsyncDisposableStack, stackForNode22 } from './async-disposable-stack.ts'

const kinds = [
  ['of this Node', AsyncDisposableStack],
  ['of Node 22', stackForNode22],
] as const

for (const [name, Stack] of kinds) {
  const noted = () => {
    const ends: string[] = []
    const owned = (end: string) => ({ [Symbol.asyncDispose]: async () => void ends.push(end) })
    return { ends, owned, stack: new Stack() }
  }

  test(`the stack ${name} ends what it owns in the opposite order, once`, async () => {
    const { ends, owned, stack } = noted()
    stack.use(owned('first'))
    stack.use({ [Symbol.dispose]: () => void ends.push('second') })
    stack.use(undefined)
    stack.defer(() => void ends.push('third'))
    await stack.disposeAsync()
    await stack[Symbol.asyncDispose]()
    expect(ends).toEqual(['third', 'second', 'first'])
  })

  test(`the stack ${name} ends nothing that was moved to another`, async () => {
    const { ends, owned, stack } = noted()
    stack.use(owned('first'))
    const moved = stack.move()
    await stack.disposeAsync()
    expect(ends).toEqual([])
    await moved.disposeAsync()
    expect(ends).toEqual(['first'])
  })

  test(`the stack ${name} ends the rest when one end fails, and throws`, async () => {
    const { ends, owned, stack } = noted()
    stack.use(owned('first'))
    stack.defer(() => Promise.reject(new Error('no')))
    await expect(stack.disposeAsync()).rejects.toThrow('no')
    expect(ends).toEqual(['first'])
  })
}
