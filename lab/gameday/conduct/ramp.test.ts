import { expect, test } from 'vitest'
import { settingsOfStep } from './ramp.ts'

test('a ramp goes evenly from what the settings say to its end, in the same unit', () => {
  const delays = [1, 2, 3].map(step =>
    settingsOfStep(
      { delay: '100ms', jitter: '0ms' },
      { field: 'delay', to: '500ms', steps: 3 },
      step,
    ),
  )
  expect(delays.map(({ delay }) => delay)).toEqual(['100ms', '300ms', '500ms'])
  const counts = [1, 2, 3, 4].map(step =>
    settingsOfStep({ clients: 10 }, { field: 'clients', to: '20', steps: 4 }, step),
  )
  expect(counts.map(({ clients }) => clients)).toEqual([10, 13, 17, 20])
})

test.each([
  ['delay', '2s'],
  ['delay', 'more'],
  ['nothing', '5'],
])('a ramp of %s to %s is refused', (field, to) => {
  expect(() => settingsOfStep({ delay: '100ms' }, { field, to, steps: 2 }, 1)).toThrow(field)
})
