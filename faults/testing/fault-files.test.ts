import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type FaultFile, faultFiles } from './fault-files.ts'
import { faultLists } from './fault-lists.ts'
import { thePart } from './system-of.ts'

const root = join(import.meta.dirname, '../..')
const files = await faultFiles()

/** Rooms whose faults are no methods in a test, and why. */
const notInTests: Readonly<Record<string, string>> = {
  disk: 'needs a small disk under the server, and root',
  peer: "is of the lab's own peers",
  program: 'needs a process of this machine, and a test has its servers by their address',
}

/** `lasting redis`: every kind of example in every room, which a contract has to try. */
function kindsIn(found: readonly FaultFile[]): readonly string[] {
  const kinds = found.flatMap(({ room, examples }) =>
    (examples?.(thePart()) ?? []).map(({ kind }) => `${kind} ${room}`),
  )
  return [...new Set(kinds)].toSorted()
}

function triedIn(test: string): readonly string[] {
  const contracts = test.matchAll(/await (\w+)Contract\(\{\s*room: '([\w-]+)'/g)
  return [...contracts].map(([, kind, room]) => `${kind} ${room}`)
}

test('a contract is run over the examples of every room and kind, and over no others', async () => {
  const tried: string[] = []
  for await (const path of glob('faults/testing/contracts/*.test.ts', { cwd: root })) {
    tried.push(...triedIn(await readFile(join(root, path), 'utf8')))
  }
  expect(kindsIn(files).length).toBeGreaterThan(12)
  expect(tried.toSorted()).toEqual(kindsIn(files))
})

test('faults that a person can fill in are methods in a test, or are left out for a reason', async () => {
  const rooms = new Set(
    files.filter(({ form }) => typeof form === 'object').map(({ room }) => room),
  )
  const lists = new Set((await faultLists(root)).keys())
  const without = [...rooms].filter(room => !lists.has(`harness/faults/${room}.ts`))
  expect(without).toEqual(Object.keys(notInTests))
})

test('control: another kind of example in a room is told, and a contract that is not awaited is none', () => {
  const fault = { name: 'late', label: 'late()', needs: [], plan: async () => ({}) as never }
  const file = { path: 'a/late', room: 'a', name: 'late', form: 'nobody can fill it in' }
  const examples = () => [
    { ...fault, kind: 'lasting' as const },
    { ...fault, kind: 'momentary' as const },
  ]
  expect(kindsIn([{ ...file, examples }])).toEqual(['lasting a', 'momentary a'])
  expect(
    triedIn("await lastingContract({\n  room: 'a',\n})\nmomentaryContract({ room: 'a' })"),
  ).toEqual(['lasting a'])
})
