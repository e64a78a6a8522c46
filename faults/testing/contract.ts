import { afterAll, expect, test, vi } from 'vitest'
import { seeded } from '../../lab/base/random.ts'
import type { Fault, PlannedFault } from '../../lab/model/fault.ts'
import type { Undo } from '../../lab/model/ledger.ts'
import type { Context } from '../../lab/model/target.ts'
import { play } from './fault-bench.ts'
import { startDyingLab } from './lab-that-dies.ts'
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

/** Where the faults of one table are tried. */
export interface ContractBench<Part> extends AsyncDisposable {
  readonly context: Context
  /** How long what must come may take, on a busy machine; default 20 s. */
  readonly withinMs?: number
  /** A part that nobody uses yet. */
  trial(): Promise<Trial<Part>>
}

export interface Contract<Part> {
  /** Shared by the tests of a table, and started when the first of them runs. */
  readonly bench: () => Promise<ContractBench<Part>>
  readonly faults: readonly Fault<PartSystem<Part>>[]
  /** Each trial has a link of its own, and what is behind all of them is not hurt: tried together. */
  readonly apart?: boolean
}

export interface LastingContract<Part> extends Contract<Part> {
  /**
   * File URL of the module that exports the same `faults`, for another lab to make and to be killed.
   * `undefined` where the part is a process of the lab's own, which ends with it.
   */
  readonly module: string | undefined
  /** All trials share one server, so that lab makes one fault at a time. */
  readonly oneAtATime?: boolean
}

/** Looks until what is expected is there. `expect.poll` would, but not for tests that run together. */
const looking =
  <Part>({ withinMs = 20_000 }: ContractBench<Part>) =>
  (look: () => Promise<void>) =>
    vi.waitFor(look, { timeout: withinMs, interval: 20 })

/** What every fault must do that is in force until it is undone. */
export function lastingContract<Part>(contract: LastingContract<Part>): void {
  const { faults, module } = contract
  const bench = shared(contract)
  testing(contract).each(rows(faults))(
    '%s touches nothing when planned, hurts when made, and is undone twice',
    async (_, fault) => hurtsAndHeals(fault, await bench()),
    90_000,
  )
  testing(contract).each(rows(faults))(
    '%s lands on nothing where nothing was, and is undone though it was never made',
    async (_, fault) => tellsOfNothing(fault, await bench()),
  )
  seedContract(contract, bench)
  if (module === undefined) return
  const each = faults.map((_, index) => [index])
  const groups = contract.oneAtATime ? each : [each.flat()]
  const named = groups.map(all => [all.map(at => faults[at]?.label).join(', '), all] as const)
  test.each(named)(
    'is undone by the guardian of a lab that was killed: %s',
    async (_, group) => outlivesItsLab(module, group, await bench()),
    90_000,
  )
}

/** What every fault must do that is over when it is made. */
export function momentaryContract<Part>(contract: Contract<Part>): void {
  onceContract('momentary', contract)
}

/** What every fault must do that nobody can undo. */
export function destructiveContract<Part>(contract: Contract<Part>): void {
  onceContract('destructive', contract)
}

function onceContract<Part>(kind: Fault['kind'], contract: Contract<Part>): void {
  const bench = shared(contract)
  testing(contract).each(rows(contract.faults))(
    '%s touches nothing when planned, and hurts when made',
    async (_, fault) => hurtsOnce(kind, fault, await bench()),
    90_000,
  )
  testing(contract).each(rows(contract.faults))(
    '%s lands on nothing where nothing was',
    async (_, fault) => tellsOfNothing(fault, await bench()),
  )
  seedContract(contract, bench)
}

/** Most of a trial is waiting for what does not come. */
function testing<Part>({ apart }: Contract<Part>) {
  return apart ? test.concurrent : test
}

function seedContract<Part>(
  contract: Contract<Part>,
  bench: () => Promise<ContractBench<Part>>,
): void {
  testing(contract).each(rows(contract.faults))(
    '%s draws the same from the same seed',
    async (_, fault) => drawsTheSame(fault, await bench()),
  )
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
  module: string,
  group: readonly number[],
  bench: ContractBench<Part>,
): Promise<void> {
  const soon = looking(bench)
  const trials = await Promise.all(group.map(bench.trial))
  await Promise.all(trials.map(({ hold }) => hold()))
  const aims = trials.map(({ part }, index) => ({ fault: group[index] ?? 0, part }))
  await using lab = await startDyingLab(module, aims)
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

function rows<Part>(faults: Contract<Part>['faults']) {
  return faults.map(fault => [fault.label, fault] as const)
}

/** As another process will find it in the ledger. */
function undoOf({ undo }: PlannedFault): Undo {
  if (!undo) throw new Error('expected a lasting fault to have an undo, found none')
  expect(JSON.parse(JSON.stringify(undo)), 'undo as JSON').toStrictEqual(undo)
  return undo
}
