import { expect, test } from 'vitest'
import { allForms } from '../all-forms.ts'

test('names of forms are unique', () => {
  expect(allForms.length).toBeGreaterThan(60)
  expect(new Set(allForms.map(({ name }) => name)).size).toBe(allForms.length)
})

test.each(allForms.map(form => [form.name, form] as const))(
  'the defaults of %s make a fault, and a setting that it does not have is refused',
  (_, form) => {
    const select = Object.assign(() => ({ name: 'part' }), { label: 'part' })
    expect(form.make(select, {}).label).toContain('part')
    expect(() => form.make(select, { nothing: 1 })).toThrow('nothing')
    expect(form.accepts({ name: 'a part with nothing' })).toBe(false)
  },
)

test('a part that a fault cannot strike is refused before anything is touched', async () => {
  const pause = allForms.find(({ name }) => name === 'pause')
  const fault = pause?.make(() => ({ name: 'a wire' }), {})
  const planning = (async () => fault?.plan({} as never, {} as never))()
  await expect(planning).rejects.toThrow('pause strikes a process, and a wire is something else')
})
