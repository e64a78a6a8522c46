import { expect, test } from 'vitest'
import { figuresOf, parsePs } from './process-figures.ts'

test('reads what ps prints on Linux and on macOS', () => {
  const text = '  12  2048   0:01.50\n 345 100 00:00:02\n6 1 1-02:03:04\nnonsense\n'
  expect([...parsePs(text)]).toEqual([
    [12, { memoryBytes: 2_097_152, cpuMs: 1_500 }],
    [345, { memoryBytes: 102_400, cpuMs: 2_000 }],
    [6, { memoryBytes: 1_024, cpuMs: 93_784_000 }],
  ])
})

test('leaves out a process that is gone', async () => {
  const figures = await figuresOf([process.pid, 2 ** 22 + 1])
  expect([...figures.keys()]).toEqual([process.pid])
})
