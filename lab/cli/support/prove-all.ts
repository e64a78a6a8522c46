import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import { capabilitiesOf } from '../../admission/capabilities.ts'
import { isRequired } from '../../admission/lacking.ts'
import { systemClock } from '../../base/clock.ts'
import { readOwnFileIfThere, writeOwnFile } from '../../base/own-file.ts'
import { print } from '../../base/print.ts'
import { exitCodes } from '../../base/verdict.ts'
import { type PastProof, parsePastProof } from '../../history/past-proofs.ts'
import { writableFolder } from '../../ledger/writable-folder.ts'
import { type KillMatrix, killMatrix, type OnlyByScenario } from '../../matrices/kill-matrix.ts'
import { killMatrixPage } from '../../matrices/kill-matrix-page.ts'
import { killMatrixRows, killMatrixSummary } from '../../matrices/kill-matrix-text.ts'
import { isAlertSwitch } from '../../model/alerts.ts'
import { listExperiments } from '../../model/load-experiment.ts'
import { claimsOf } from '../../proof/prove.ts'
import { markdownTable } from '../../report/text/markdown.ts'
import { Berths, mostSideBySide } from '../../rounds/berths.ts'
import { notRunWords, type Planned, planRound } from '../../rounds/plan-round.ts'
import { openRound, type Round } from '../../rounds/round.ts'
import { runCommand } from '../../rounds/run-command.ts'
import { commitOf } from './commit-of.ts'
import { catchInterrupts } from './interrupts.ts'
import { addToSummary } from './step-summary.ts'
import { table } from './table.ts'
import { tellRound } from './tell-round.ts'
import { writeIndex } from './write-index.ts'

/** How one experiment's proof ended, and where it is kept; no file: it came to no proof. */
const proved = z.object({ code: z.int(), file: z.string().exactOptional() })
type Proved = z.infer<typeof proved>

const onlyFile = 'targets/scenarios/only-by-scenario.ts'
const onlyModule = z.object({
  onlyByScenario: z.record(z.string(), z.object({ scenario: z.string(), because: z.string() })),
})

/**
 * Proves every experiment that this machine can run, and what was not yet proved in this round; writes
 * the kill matrix. Resolves to the exit code.
 */
export async function proveAll(root: string, flags: { readonly fresh?: boolean }): Promise<number> {
  const names = (await listExperiments(root)).map(({ name }) => name)
  const planned = await planRound(root, names, capabilitiesOf({}))
  const only = await readOnlyByScenario(root)
  const round = await openRound({
    file: join(await writableFolder(join(root, 'runs')), 'rounds', 'proofs.jsonl'),
    result: proved,
    fresh: flags.fresh ?? false,
    startedAt: systemClock.wall().toISOString(),
    commit: await commitOf(root),
  })
  await tellRound(root, round)
  using interrupts = catchInterrupts()
  await proveEach(root, planned, round, interrupts.signal)
  const matrix = await matrixOf(root, planned, round, only)
  await writeMatrix(root, matrix, round)
  await writeIndex(root)
  print(process.stdout, `\n${table(killMatrixRows(matrix))}\n${killMatrixSummary(matrix)}`)
  print(process.stdout, '\nruns/kill-matrix.html')
  if (interrupts.signal.aborted) return exitCodes.interrupted
  await round.end()
  const missed = planned.some(one => one.lacking.length > 0 && isRequired(needsOf(one)))
  const failed = [...round.done.values()].some(({ code }) => code !== exitCodes.held)
  const whole = matrix.problems.length === 0 && !missed && !failed
  return whole ? exitCodes.held : exitCodes.inconclusive
}

/** Side by side where nothing measures time; what does has the machine for itself, afterwards. */
async function proveEach(
  root: string,
  planned: readonly Planned[],
  round: Round<Proved>,
  signal: AbortSignal,
): Promise<void> {
  const berths = new Berths(mostSideBySide())
  const todo = planned.filter(({ name, lacking }) => lacking.length === 0 && !round.done.has(name))
  const inOrder = todo.toSorted((a, b) => Number(a.alone) - Number(b.alone))
  const one = async ({ name }: Planned) => {
    if (signal.aborted) return
    const fromMs = systemClock.nowMs()
    const ended = await runCommand(['prove', name], { cwd: root, signal })
    if (signal.aborted) return
    const file = /^runs\/.+\.json$/m.exec(ended.stdout)?.[0]
    const code = ended.code ?? exitCodes.error
    await round.keep(name, { code, ...(file === undefined ? {} : { file }) })
    const took = `${Math.round((systemClock.nowMs() - fromMs) / 1000)} s`
    print(process.stdout, `${code === exitCodes.held ? '✓' : '✗'} ${name}, ${took}`)
    if (code !== exitCodes.held) print(process.stdout, indented(ended.stdout + ended.stderr))
  }
  await Promise.all(
    inOrder.map(each =>
      each.alone ? berths.alone(() => one(each)) : berths.beside(() => one(each)),
    ),
  )
}

async function matrixOf(
  root: string,
  planned: readonly Planned[],
  { done }: Round<Proved>,
  onlyByScenario: Readonly<Record<string, OnlyByScenario>>,
): Promise<KillMatrix> {
  const experiments = await Promise.all(
    planned.map(async ({ name, experiment, lacking }) => {
      const proof = await readProof(root, done.get(name)?.file)
      return {
        name,
        claims: claimsOf(experiment),
        ...(lacking.length > 0 ? { notRun: notRunWords(lacking) } : {}),
        ...(proof ? { proof } : {}),
      }
    }),
  )
  const defences = planned
    .flatMap(({ experiment }) => experiment.target.defences)
    // Rules are missed by checks of alerts; docs/alerts.md lists those that nothing was seen to fire.
    .filter(name => !isAlertSwitch(name))
  return killMatrix({ experiments, defences, onlyByScenario })
}

/** Undefined where it is gone or damaged: what it showed must be shown again. */
async function readProof(root: string, file: string | undefined): Promise<PastProof | undefined> {
  if (file === undefined) return undefined
  const text = await readOwnFileIfThere(join(root, file)).catch(() => undefined)
  try {
    return text === undefined ? undefined : parsePastProof(text, file)
  } catch {
    return undefined
  }
}

async function writeMatrix(root: string, matrix: KillMatrix, round: Round<Proved>): Promise<void> {
  const { startedAt, commit } = round
  const json = JSON.stringify({ startedAt, commit, ...matrix }, null, 2)
  await writeOwnFile(join(root, 'runs', 'kill-matrix.json'), `${json}\n`)
  const { problems } = matrix
  const words = problems.length === 0 ? 'whole' : `${problems.length} problems`
  const list = problems.map(problem => `- ${problem}`).join('\n')
  await addToSummary(
    `## Kill matrix: ${words}\n\n${list}\n\n${markdownTable(killMatrixRows(matrix))}\n`,
  )
  const page = killMatrixPage(matrix, `begun ${startedAt}, commit ${commit}`)
  await writeOwnFile(join(root, 'runs', 'kill-matrix.html'), page)
}

/** What only scenarios show; none in a project without such a list. */
async function readOnlyByScenario(root: string): Promise<Readonly<Record<string, OnlyByScenario>>> {
  const file = join(root, onlyFile)
  if ((await readOwnFileIfThere(file)) === undefined) return {}
  return onlyModule.parse(await import(pathToFileURL(file).href)).onlyByScenario
}

const needsOf = ({ lacking }: Planned) => lacking.map(({ need }) => need)
const indented = (text: string) => text.trimEnd().replace(/^/gm, '    ')
