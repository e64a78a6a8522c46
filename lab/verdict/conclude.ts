import { exitCodes, type Verdict, verdicts, worst } from '../base/verdict.ts'
import type { Journal } from '../journal/journal.ts'
import type { Conclusion, JudgedCheck, Reason } from './conclusion.ts'
import { unmet } from './demands.ts'
import { type Facts, factsOf } from './facts.ts'
import { lateMs } from './late.ts'
import { sayStarved, starvedIn } from './starved.ts'

/**
 * The verdict, from the journal and the checks on it: a pure function, so that a saved run can be
 * judged again. The worst reason wins; only a run without any reason is `held`.
 */
export function conclude(
  journal: Journal,
  checks: Readonly<Record<string, JudgedCheck>>,
  /** Checks that threw. */
  failures: readonly string[],
): Conclusion {
  const facts = factsOf(journal)
  const { run } = facts
  const reasons = [
    ...unmet(facts),
    ...failures.map((text): Reason => ({ word: 'error', text, next: 'Mend the check.' })),
    ...differingChecks(facts, checks),
    ...Object.entries(checks).flatMap(([name, check]) => checkReasons(name, check, facts)),
  ].sort((a, b) => verdicts.indexOf(a.word) - verdicts.indexOf(b.word))
  const verdict = reasons.length === 0 ? 'held' : worst(reasons.map(reason => reason.word))
  const traffic = facts.of('complete')[0]
  return {
    verdict,
    exitCode: specialExit(facts, verdict) ?? exitCodes[verdict],
    experiment: run?.experiment ?? 'unknown',
    ...(run?.asked !== undefined && { asked: run.asked }),
    title: run?.title ?? 'unknown',
    seed: run?.seed ?? 0,
    runId: run?.runId ?? 'unknown',
    startedAt: run?.startedAt ?? 'unknown',
    durationMs: Math.round(journal.at(-1)?.atMs ?? 0),
    ...(traffic ? { startMs: Math.round((run?.commandMs ?? 0) + traffic.atMs) } : {}),
    defencesOff: run?.defencesOff ?? [],
    faultsOff: run?.faultsOff ?? false,
    planted: run?.planted ?? [],
    proxy: run?.proxy ?? 'embedded',
    ...(run?.runtime && { runtime: run.runtime }),
    checks,
    unprovable: unprovable(facts),
    hypotheses: facts.hypotheses,
    faults: facts.faults,
    reasons,
  }
}

function unprovable({ plan }: Facts): readonly string[] {
  if (!plan) return []
  const broken = [...plan.defences, ...plan.controls].map(({ breaks }) => breaks)
  return Object.keys(plan.checks).filter(check => !broken.includes(check))
}

/** The checks must be those of the run: a check taken away would take its failure with it. */
function differingChecks(
  { plan }: Facts,
  checks: Readonly<Record<string, JudgedCheck>>,
): readonly Reason[] {
  if (!plan) return []
  const next = 'Judge with the checks of the run, or run the experiment again with these.'
  const names = new Set([...Object.keys(plan.checks), ...Object.keys(checks)])
  return [...names].flatMap((name): readonly Reason[] => {
    const [planned, found] = [plan.checks[name], checks[name]?.checker]
    if (planned === found) return []
    const text = `the checks differ from the run's: ${name} was ${planned ?? 'not there'}, and is ${found ?? 'not there'}`
    return [{ word: 'inconclusive', text, next }]
  })
}

function checkReasons(name: string, check: JudgedCheck, facts: Facts): readonly Reason[] {
  const { word, story, lies } = check
  if (word === 'invalid') {
    const doubt = doubtOfMachine(check, facts)
    if (doubt === undefined)
      return [{ word: 'broken', text: `check ${name}: ${story}`, check: name }]
    const text = `check ${name}: ${story} But ${doubt}.`
    const next = 'This machine was short of time: run it again when it is less busy.'
    return [{ word: 'inconclusive', text, check: name, next, machine: true }]
  }
  if (word === 'unknown')
    return [{ word: 'inconclusive', text: `check ${name}: ${story}`, check: name }]
  const missed = lies?.missed ?? []
  return missed.map(lie => ({
    word: 'inconclusive',
    text: `check ${name} did not find a planted lie: it ${lie}`,
    check: name,
    next: 'Mend the check: what it says of this run is not to be believed.',
  }))
}

/** What the machine did meanwhile that could make a check of time fail: to the lab, or to a process. */
function doubtOfMachine({ witness, timed }: JudgedCheck, facts: Facts): string | undefined {
  if (!witness || !timed) return undefined
  const { fromMs, toMs, latestMs } = facts.spanOf(witness)
  const stalls = facts
    .of('stall')
    .filter(({ atMs, stalledMs }) => atMs - stalledMs <= toMs && atMs >= fromMs)
    .map(({ stalledMs }) => stalledMs)
  if (stalls.length > 0) return `the lab itself stood still for ${Math.max(...stalls)} ms meanwhile`
  if (latestMs > lateMs) return `the lab itself started it ${Math.round(latestMs)} ms late`
  const usualMs = facts.latenessIn(fromMs, toMs)
  if (usualMs > lateMs) {
    return `the lab itself started a twentieth of all over ${Math.round(usualMs)} ms late`
  }
  const starved = starvedIn(facts, fromMs, toMs)
  return starved && sayStarved(starved)
}

/** What was not restored outranks the rest: who interrupts a run must learn that something is left. */
function specialExit(facts: Facts, verdict: Verdict): number | undefined {
  if (verdict === 'not-restored') return undefined
  if (facts.of('abort').some(({ signal }) => signal !== undefined)) return exitCodes.interrupted
  const unable = facts.of('error').some(({ verdict }) => verdict === 'unable')
  return unable ? exitCodes.unable : undefined
}
