import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault, PlannedFault } from '../../lab/model/fault.ts'
import { type TestRun, testRun } from '../../targets/testing/test-run.ts'
import {
  type ContractBench,
  drawsTheSame,
  hurtsAndHeals,
  hurtsOnce,
  tellsOfNothing,
} from './contract.ts'
import { contextOf } from './fault-bench.ts'
import type { PartSystem } from './system-of.ts'

/** A part that is hurt while its file is there. */
interface Part {
  readonly file: string
  uses: number
}
type Maker = (part: Part) => PlannedFault | Promise<PlannedFault>

const module = new URL('mark-undo.ts', import.meta.url).href
const undo = (file: string, force = true) => ({ module, args: { file, force } })

/** Does all that the contract asks for. */
const sound = (part: Part) => {
  let before = 0
  return {
    undo: undo(part.file),
    touches: ['part'],
    apply: async () => {
      before = part.uses
      await writeFile(part.file, '')
      return { landed: () => part.uses - before }
    },
  }
}

let run: TestRun
beforeAll(async () => {
  run = await testRun()
})
afterAll(() => run[Symbol.asyncDispose]())

const bench = (): ContractBench<Part> => ({
  context: contextOf(run),
  withinMs: 150,
  trial: async () => {
    const part: Part = { file: join(run.runFolder, randomUUID()), uses: 0 }
    const use = async () => {
      part.uses++
      return existsSync(part.file) ? 'hurt' : 'well'
    }
    return { part, use, hold: async () => {} }
  },
  [Symbol.asyncDispose]: async () => {},
})

function fault(plan: Maker, kind: Fault['kind'] = 'lasting'): Fault<PartSystem<Part>> {
  const made = async ({ part }: PartSystem<Part>) => await plan(part)
  return { name: 'tried', label: 'tried()', needs: [], kind, plan: made }
}

test('a sound fault is taken', async () => {
  await hurtsAndHeals(fault(sound), bench())
  await tellsOfNothing(fault(sound), bench())
  await drawsTheSame(fault(sound), bench())
  const once = (part: Part) => ({
    ...sound(part),
    apply: async () => {
      await writeFile(part.file, '')
      return { landed: () => 1 }
    },
  })
  await hurtsOnce('momentary', fault(once, 'momentary'), bench())
})

const flawed: readonly [string, RegExp, Maker][] = [
  [
    'hurts when it is planned',
    /only planned/,
    async part => {
      await writeFile(part.file, '')
      return sound(part)
    },
  ],
  ['names nothing that it touches', /touches/, part => ({ ...sound(part), touches: [] })],
  ['cannot be undone', /have an undo/, part => ({ ...sound(part), undo: undefined })],
  [
    'has an undo that is not JSON',
    /undo as JSON/,
    part => ({ ...sound(part), undo: withoutJson(part) }),
  ],
  ['hurts nobody', /made/, part => ({ ...sound(part), apply: async () => ({ landed: () => 1 }) })],
  [
    'says that it landed on nothing',
    /landed/,
    part => ({
      ...sound(part),
      apply: async () => {
        await writeFile(part.file, '')
        return { landed: () => 0 }
      },
    }),
  ],
  ['is not undone', /undone/, part => ({ ...sound(part), undo: undo(`${part.file}-other`) })],
  [
    'cannot be undone twice',
    /undo-failed|ENOENT/,
    part => ({ ...sound(part), undo: undo(part.file, false) }),
  ],
]

test.each(flawed)('control: a lasting fault that %s is refused', async (_, reason, plan) => {
  await expect(hurtsAndHeals(fault(plan), bench())).rejects.toThrow(reason)
})

test('control: one is refused that lands where nothing was, cannot be undone before it was made, draws by itself, or is of another kind', async () => {
  const boasts: Maker = part => ({ ...sound(part), apply: async () => ({ landed: () => 1 }) })
  await expect(tellsOfNothing(fault(boasts), bench())).rejects.toThrow('landed where nothing was')
  const late: Maker = part => ({ ...sound(part), undo: undo(part.file, false) })
  await expect(tellsOfNothing(fault(late), bench())).rejects.toThrow('ENOENT')
  const unseeded: Maker = part => ({ ...sound(part), touches: [randomUUID()] })
  await expect(drawsTheSame(fault(unseeded), bench())).rejects.toThrow('drawn again')
  await expect(hurtsAndHeals(fault(sound, 'momentary'), bench())).rejects.toThrow('kind')
  const idle: Maker = part => ({ ...sound(part), apply: async () => ({ landed: () => 1 }) })
  await expect(hurtsOnce('momentary', fault(idle, 'momentary'), bench())).rejects.toThrow('made')
})

function withoutJson({ file }: Part) {
  return { module, args: { file, force: true, at: undefined } as never }
}
