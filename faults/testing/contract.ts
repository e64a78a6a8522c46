import { afterAll, expect, test } from 'vitest'
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

const pollingOf = <Part>({ withinMs = 20_000 }: ContractBench<Part>) => ({
  timeout: withinMs,
  interval: 20,
})

/** What every fault must do that is in force until it is undone. */
export function lastingContract<Part>(contract: LastingContract<Part>): void {
  const { faults, module } = contract
  const bench = shared(contract)
  test.each(rows(faults))(
    '%s touches nothing when planned, hurts when made, and is undone twice',
    async (_, fault) => hurtsAndHeals(fault, await bench()),
    90_000,
  )
  test.each(rows(faults))(
    '%s lands on nothing where nothing was, and is undone though it was never made',
    async (_, fault) => tellsOfNothing(fault, await bench()),
  )
  seedContract(faults, bench)
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
  test.each(rows(contract.faults))(
    '%s touches nothing when planned, and hurts when made',
    async (_, fault) => hurtsOnce(kind, fault, await bench()),
    90_000,
  )
  test.each(rows(contract.faults))('%s lands on nothing where nothing was', async (_, fault) =>
    tellsOfNothing(fault, await bench()),
  )
  seedContract(contract.faults, bench)
}

function seedContract<Part>(
  faults: Contract<Part>['faults'],
  bench: () => Promise<ContractBench<Part>>,
): void {
  test.each(rows(faults))('%s draws the same from the same seed', async (_, fault) =>
    drawsTheSame(fault, await bench()),
  )
}

export async function hurtsAndHeals<Part>(
  fault: Fault<PartSystem<Part>>,
  bench: ContractBench<Part>,
): Promise<void> {
  const { context } = bench
  const patience = pollingOf(bench)
  const { part, hold, use } = await bench.trial()
  await expect.poll(use, patience).toBe('well')
  await hold()
  const planned = await fault.plan(systemOf(part), context)
  expect(fault.kind, 'kind').toBe('lasting')
  expect(planned.touches, 'touches').not.toEqual([])
  await expect.poll(use, { ...patience, message: 'only planned' }).toBe('well')
  const owed = await context.ledger.owe(fault.label, undoOf(planned))
  const injection = await planned.apply()
  await expect.poll(use, { ...patience, message: 'made' }).not.toBe('well')
  const landed = async () => {
    const hit = totalLanded(await injection.landed())
    if (hit === 0) await use()
    return hit
  }
  await expect.poll(landed, { ...patience, message: 'landed' }).toBeGreaterThan(0)
  await context.ledger.settle(owed)
  await expect.poll(use, { ...patience, message: 'undone' }).toBe('well')
  await play(planned.undo)
  await expect.poll(use, { ...patience, message: 'undone twice' }).toBe('well')
}

export async function hurtsOnce<Part>(
  kind: Fault['kind'],
  fault: Fault<PartSystem<Part>>,
  bench: ContractBench<Part>,
): Promise<void> {
  const { context } = bench
  const patience = pollingOf(bench)
  const { part, hold, use } = await bench.trial()
  await hold()
  await expect.poll(use, patience).toBe('well')
  const planned = await fault.plan(systemOf(part), context)
  expect(fault.kind, 'kind').toBe(kind)
  expect(planned.touches, 'touches').not.toEqual([])
  expect(await use(), 'only planned').toBe('well')
  const injection = await planned.apply()
  expect(totalLanded(await injection.landed()), 'landed').toBeGreaterThan(0)
  await expect.poll(use, { ...patience, message: 'made' }).not.toBe('well')
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
  const patience = pollingOf(bench)
  const trials = await Promise.all(group.map(bench.trial))
  await Promise.all(trials.map(({ hold }) => hold()))
  const aims = trials.map(({ part }, index) => ({ fault: group[index] ?? 0, part }))
  await using lab = await startDyingLab(module, aims)
  await Promise.all(trials.map(({ use }) => expect.poll(use, patience).not.toBe('well')))
  await lab.kill()
  await expect.poll(lab.ledgerIsGone, patience).toBe(true)
  await Promise.all(trials.map(({ use }) => expect.poll(use, patience).toBe('well')))
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
