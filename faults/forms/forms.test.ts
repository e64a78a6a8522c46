import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allForms } from './all-forms.ts'

const faults = join(import.meta.dirname, '..')

/** Faults that a person cannot fill in, each with the reason. */
const without: Readonly<Record<string, string>> = {
  toxicFault: 'a kit that faults are made with',
  ownToxicFault: 'a kit that faults are made with',
  messageFault: 'a kit that faults are made with',
  clientFault: 'a kit that faults are made with',
  noop: 'it does nothing',
  killUpon: 'it needs two parts, a process and the links that trigger it',
  moveName: 'it needs a place to move to, which only a layout with a standby has',
  promote: 'a standby alone can be promoted: no layout of a game day has one yet',
  standbyLag: 'a standby alone can lag: no layout of a game day has one yet',
  sentinelFailover: 'it needs Sentinels, which no layout of a game day has yet',
  misbehave: 'offered as slowPeer, failingPeer and hangingPeer',
}

const makers = (text: string) =>
  [...text.matchAll(/export function (\w+)(.*?)^\}/gms)]
    .filter(([, , rest = '']) => /\): Fault<[^>]+> \{/.test(rest))
    .map(([, name = '']) => name)

test('every fault has a form of its name, or a reason why it has none', async () => {
  const paths = (await readdir(faults, { recursive: true })).filter(
    path =>
      path.endsWith('.ts') && !/^(proxy|testing|forms)\//.test(path) && !/test\.ts$/.test(path),
  )
  const texts = await Promise.all(paths.map(path => readFile(join(faults, path), 'utf8')))
  const all = texts.flatMap(makers)
  expect(all.length).toBeGreaterThan(60)
  const named = new Set(allForms.map(({ name }) => name))
  expect(named.size, 'names are unique').toBe(allForms.length)
  expect(all.filter(name => !named.has(name) && !(name in without))).toEqual([])
  expect(Object.keys(without).filter(name => !all.includes(name) || named.has(name))).toEqual([])
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
