import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { caller } from './defences/caller.ts'
import { data } from './defences/data.ts'
import { dependency } from './defences/dependency.ts'
import { process } from './defences/process.ts'
import { queue } from './defences/queue.ts'
import { socket } from './defences/socket.ts'
import { createDefences, defenceNames } from './defences.ts'

/** All text of some files of the project. */
function textOf(pattern: string): string {
  const root = join(import.meta.dirname, '../..')
  return globSync(pattern, { cwd: root })
    .map(file => readFileSync(join(root, file), 'utf8'))
    .join('\n')
}

/** What the controls in a text switch off: `control('name', …)` or `control(['name', …], …)`. */
function controlled(text: string): Set<string> {
  const calls = text.matchAll(/\bcontrol\(\s*(\[[^\]]*\]|'[^']*')/g)
  return new Set(
    [...calls].flatMap(([, names = '']) =>
      [...names.matchAll(/'([^']+)'/g)].map(([, n]) => n ?? ''),
    ),
  )
}

test('every defence is in one group', () => {
  const groups = [caller, dependency, data, queue, socket, process]
  expect(groups.flatMap(group => Object.keys(group)).sort()).toEqual(defenceNames.toSorted())
})

test('every defence has an off switch that somebody asks', () => {
  const service = textOf('targets/service/**/!(*.test).ts')
  expect(defenceNames.filter(name => !service.includes(`.on('${name}')`))).toEqual([])
})

test('every defence has a control that shows its promise broken without it', () => {
  const named = controlled(textOf('targets/{scenarios,service}/**/*.test.ts'))
  expect(defenceNames.filter(name => !named.has(name))).toEqual([])
})

test('control: a defence that is only named in passing is missed', () => {
  const text = "control('a', '') control(\n['b', 'c'], '') test('d') settings('e') // control(f"
  expect([...controlled(text)]).toEqual(['a', 'b', 'c'])
})

test('a defence is on until it is named, with its own settings until they are replaced', () => {
  const defences = createDefences(['retry-budget'], { 'rate-limit': { requests: 1 } })
  expect([defences.on('retry-budget'), defences.on('rate-limit')]).toEqual([false, true])
  expect(defences.settings('rate-limit')).toEqual({ requests: 1, windowMs: 10_000 })
  expect(createDefences([]).settings('rate-limit').requests).toBeGreaterThan(1)
})
