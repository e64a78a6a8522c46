import { afterAll, expect, test, vi } from 'vitest'
import { seeded } from '../../lab/base/random.ts'
import type { Fault, PlannedFault } from '../../lab/model/fault.ts'
import type { Undo } from '../../lab/model/ledger.ts'
import type { Context } from '../../lab/model/target.ts'
import { examplesOf } from './examples-of.ts'
import { play } from './fault-bench.ts'
import { type Source, startDyingLab } from './lab-that-dies.ts'
import { type PartSystem, systemOf } from './system-of.ts'
import { totalLanded } from './total-landed.ts'

/** A real part, and its users. */
export interface Trial<Part> {
  readonly part: Part
  /** A connection that stays open; some faults land on nothing else. */
  hold(): Promise<void>
  /** Uses the part as its clients do. `well`, or what came instead. */
  use(): Promise<string>
}

/** Where the examples of one room are tried. */
export interface ContractBench<Part> extends AsyncDisposable {
  readonly context: Context
  /** How long what must come may take, on a busy machine; default 20 s. */
  readonly withinMs?: number
  /** A part that nobody uses yet. */
  trial(): Promise<Trial<Part>>
}

export interface Contract<Part> {
  /** A folder of `faults/`, whose examples of this kind are tried: all that its files export. */
  readonly room: string
  /** Shared by the tests of a room, and started when the first of them runs. */
  readonly bench: () => Promise<ContractBench<Part>>
  /** Each trial has a link of its own, and what is behind all of them is not hurt: tried together. */
  readonly apart?: boolean
}

export interface LastingContract<Part> extends Contract<Part> {
  /** File URL of the module that exports `part`, the selector, where the part is more than its data. */
  readonly selector?: string
  /** The part is a process of the lab's own, which ends with it: no other lab can be killed over it. */
  readonly ofThisLab?: boolean
  /** All trials share one server, so that lab makes one fault at a time. */
  readonly oneAtATime?: boolean
}

/** Looks until what is expected is there. `expect.poll` would, but not for tests that run together. */
const looking =
  <Part>({ withinMs = 20_000 }: ContractBench<Part>) =>
  (look: () => Promise<void>) =>
    vi.waitFor(look, { timeout: withinMs, interval: 20 })

/** What every fault must do that is in force until it is undone. */
export async function lastingContract<Part>(contract: LastingContract<Part>): Promise<void> {
  const { room, selector, ofThisLab, oneAtATime } = contract
  const faults = await examplesOf<Part>(room, 'lasting', selector)
  const bench = shared(contract)
  const trying = testing(contract).each(rows(faults))
  trying(
    '%s touches nothing when planned, hurts when made, and is undone twice',
    async (_, fault) => hurtsAndHeals(fault, await bench()),
    90_000,
  )
  trying(
    '%s lands on nothing where nothing was, and is undone though it was never made',
    async (_, fault) => tellsOfNothing(fault, await bench()),
  )
  trying('%s draws the same from the same seed', async (_, fault) =>
    drawsTheSame(fault, await bench()),
  )
  if (ofThisLab) return
  const each = faults.map((_, index) => [index])
  const groups = oneAtATime ? each : [each.flat()]
  const named = groups.map(all => [all.map(at => faults[at]?.label).join(', '), all] as const)
  test.each(named)(
    'is undone by the guardian of a lab that was killed: %s',
    async (_, group) => outlivesItsLab({ room, selector }, group, await bench()),
    90_000,
  )
}

/** What every fault must do that is over when it is made. */
export async function momentaryContract<Part>(contract: Contract<Part>): Promise<void> {
  await onceContract('momentary', contract)
}

/** What every fault must do that nobody can undo. */
export async function destructiveContract<Part>(contract: Contract<Part>): Promise<void> {
  await onceContract('destructive', contract)
}

async function onceContract<Part>(kind: Fault['kind'], contract: Contract<Part>): Promise<void> {
  const bench = shared(contract)
  const trying = testing(contract).each(rows(await examplesOf<Part>(contract.room, kind)))
  trying(
    '%s touches nothing when planned, and hurts when made',
    async (_, fault) => hurtsOnce(kind, fault, await bench()),
    90_000,
  )
  trying('%s lands on nothing where nothing was', async (_, fault) =>
    tellsOfNothing(fault, await bench()),
  )
  trying('%s draws the same from the same seed', async (_, fault) =>
    drawsTheSame(fault, await bench()),
  )
}

/** Most of a trial is waiting for what does not come. */
function testing<Part>({ apart }: Contract<Part>) {
  return apart ? test.concurrent : test
}

export async function hurtsAndHeals<Part>(
  fault: Fault<PartSystem<Part>>,
  bench: ContractBench<Part>,
): Promise<void> {
  const { context } = bench
  const soon = looking(bench)
  const { part, hold, use } = await bench.trial()
  await soon(async () => expect(await use()).toBe('well'))
  await hold()
  const planned = await fault.plan(systemOf(part), context)
  expect(fault.kind, 'kind').toBe('lasting')
  expect(planned.touches, 'touches').not.toEqual([])
  await soon(async () => expect(await use(), 'only planned').toBe('well'))
  const owed = await context.ledger.owe(fault.label, undoOf(planned))
  const injection = await planned.apply()
  await soon(async () => expect(await use(), 'made').not.toBe('well'))
  const landed = async () => {
    const hit = totalLanded(await injection.landed())
    if (hit === 0) await use()
    return hit
  }
  await soon(async () => expect(await landed(), 'landed').toBeGreaterThan(0))
  await context.ledger.settle(owed)
  await soon(async () => expect(await use(), 'undone').toBe('well'))
  await play(planned.undo)
  await soon(async () => expect(await use(), 'undone twice').toBe('well'))
}

export async function hurtsOnce<Part>(
  kind: Fault['kind'],
  fault: Fault<PartSystem<Part>>,
  bench: ContractBench<Part>,
): Promise<void> {
  const { context } = bench
  const soon = looking(bench)
  const { part, hold, use } = await bench.trial()
  await hold()
  await soon(async () => expect(await use()).toBe('well'))
  const planned = await fault.plan(systemOf(part), context)
  expect(fault.kind, 'kind').toBe(kind)
  expect(planned.touches, 'touches').not.toEqual([])
  expect(await use(), 'only planned').toBe('well')
  const injection = await planned.apply()
  expect(totalLanded(await injection.landed()), 'landed').toBeGreaterThan(0)
  await soon(async () => expect(await use(), 'made').not.toBe('well'))
}

export async function tellsOfNothing<Part>(
  fault: Fault<PartSystem<Part>>,
  { context, trial }: ContractBench<Part>,
): Promise<void> {
  const { part } = await trial()
  const planned = await fault.plan(systemOf(part), context)
  if (planned.undo) await play(planned.undo)
  const injection = await planned.apply()
  const landed = totalLanded(await injection.landed())
  if (planned.undo) await play(planned.undo)
  expect(landed, 'landed where nothing was').toBe(0)
}

export async function drawsTheSame<Part>(
  fault: Fault<PartSystem<Part>>,
  { context, trial }: ContractBench<Part>,
): Promise<void> {
  const { part } = await trial()
  const drawn = async () => {
    const run = { ...context, random: seeded(7) }
    const { undo, touches, mayEnd } = await fault.plan(systemOf(part), run)
    return { undo, touches, mayEnd }
  }
  expect(await drawn(), 'drawn again').toEqual(await drawn())
}

async function outlivesItsLab<Part>(
  from: Source,
  group: readonly number[],
  bench: ContractBench<Part>,
): Promise<void> {
  const soon = looking(bench)
  const trials = await Promise.all(group.map(bench.trial))
  await Promise.all(trials.map(({ hold }) => hold()))
  const aims = trials.map(({ part }, index) => ({ fault: group[index] ?? 0, part }))
  await using lab = await startDyingLab(from, aims)
  await Promise.all(trials.map(({ use }) => soon(async () => expect(await use()).not.toBe('well'))))
  await lab.kill()
  await soon(async () => expect(lab.ledgerIsGone()).toBe(true))
  await Promise.all(trials.map(({ use }) => soon(async () => expect(await use()).toBe('well'))))
}

function shared<Part>({ bench }: Contract<Part>): () => Promise<ContractBench<Part>> {
  let started: Promise<ContractBench<Part>> | undefined
  afterAll(async () => (await started)?.[Symbol.asyncDispose](), 60_000)
  return () => (started ??= bench())
}

function rows<Part>(faults: readonly Fault<PartSystem<Part>>[]) {
  return faults.map(fault => [fault.label, fault] as const)
}

/** As another process will find it in the ledger. */
function undoOf({ undo }: PlannedFault): Undo {
  if (!undo) throw new Error('expected a lasting fault to have an undo, found none')
  expect(JSON.parse(JSON.stringify(undo)), 'undo as JSON').toStrictEqual(undo)
  return undo
}
