import { exitCodes, verdicts, worst } from '../base/verdict.ts'
import type { Entry, Journal, Phase } from '../journal/journal.ts'
import { shed } from '../journal/journal.ts'
import type { Finding } from '../model/checker.ts'
import type {
  Conclusion,
  JudgedCheck,
  JudgedFault,
  JudgedHypothesis,
  Reason,
} from './conclusion.ts'

/**
 * The verdict, from the journal and the checks' findings on it: a pure function, so that a saved run
 * can be judged again. The worst reason wins; only a run without any reason is `held`.
 */
export function conclude(
  journal: Journal,
  findings: Readonly<Record<string, { readonly checker: string; readonly finding: Finding }>>,
  /** Checks that threw. */
  failures: readonly string[],
): Conclusion {
  const run = ofKind(journal, 'run')[0]
  const faults = judgeFaults(journal)
  const hypotheses = judgeHypotheses(journal)
  const reasons = [
    ...errorReasons(journal),
    ...failures.map((text): Reason => ({ word: 'error', text })),
    ...healReasons(journal, hypotheses),
    ...doubts(journal, hypotheses),
    ...landingReasons(faults, run?.strikes ?? []),
    ...checkReasons(findings),
  ].sort((a, b) => verdicts.indexOf(a.word) - verdicts.indexOf(b.word))
  const verdict = reasons.length === 0 ? 'held' : worst(reasons.map(reason => reason.word))
  const traffic = journal.find(entry => entry.kind === 'complete')
  return {
    verdict,
    exitCode: specialExit(journal) ?? exitCodes[verdict],
    experiment: run?.experiment ?? 'unknown',
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
    checks: judgeChecks(findings),
    hypotheses,
    faults,
    reasons,
  }
}

function errorReasons(journal: Journal): readonly Reason[] {
  return ofKind(journal, 'error').map(({ message, verdict }) => ({
    word: verdict === 'not-restored' ? 'not-restored' : 'error',
    text: message,
  }))
}

function healReasons(journal: Journal, hypotheses: readonly JudgedHypothesis[]): readonly Reason[] {
  const unhealed = ofKind(journal, 'fault').flatMap(({ step, label, error }): Reason[] =>
    step === 'healed' && error !== undefined
      ? [{ word: 'not-restored', text: `${label} could not be healed: ${error}` }]
      : [],
  )
  const fallen = hypotheses.flatMap((one): Reason[] =>
    !one.held && (one.when === 'after' || one.when === 'rolled-back')
      ? [{ word: 'not-restored', text: `${words[one.when]}: ${sayUnmet(one)}` }]
      : [],
  )
  return [...unhealed, ...fallen]
}

const words = {
  before: 'before the first fault',
  after: 'after healing',
  'rolled-back': 'after everything was undone and traffic had ended',
} as const

function sayUnmet({ sentence, expected, value }: JudgedHypothesis): string {
  return `"${sentence}" did not hold: expected ${expected}, found ${JSON.stringify(value)}`
}

function checkReasons(
  findings: Readonly<Record<string, { readonly finding: Finding }>>,
): readonly Reason[] {
  return Object.entries(findings).flatMap(([name, { finding }]): Reason[] => {
    if (finding.word === 'valid') return []
    const word = finding.word === 'invalid' ? 'broken' : 'inconclusive'
    return [{ word, text: `check ${name}: ${finding.story}`, check: name }]
  })
}

function landingReasons(
  faults: readonly JudgedFault[],
  demanded: readonly string[],
): readonly Reason[] {
  return demanded.flatMap((label, id): Reason[] => {
    const fault = faults.find(one => one.id === id)
    if (fault?.appliedAtMs === undefined) {
      return [{ word: 'inconclusive', text: `${label} was never made` }]
    }
    if (!fault.landed) {
      return [{ word: 'inconclusive', text: `${label} was in force, but touched nothing` }]
    }
    return []
  })
}

/** Whatever leaves the question open. */
function doubts(journal: Journal, hypotheses: readonly JudgedHypothesis[]): readonly Reason[] {
  const open: string[] = []
  for (const one of hypotheses) {
    if (one.when === 'before' && !one.held) open.push(`${words.before}: ${sayUnmet(one)}`)
  }
  for (const { passed, link, detail } of ofKind(journal, 'preflight')) {
    if (!passed) open.push(`a fault would hit link ${link}, but ${detail}`)
  }
  for (const { reason } of ofKind(journal, 'abort')) open.push(`aborted: ${reason}`)
  for (const { why } of ofKind(journal, 'overflow')) open.push(`the journal has a gap: ${why}`)
  const sheds = ofKind(journal, 'complete').filter(
    ({ outcome }) => outcome.kind === 'info' && outcome.error === shed,
  )
  if (sheds.length > 0) {
    open.push(`${sheds.length} operations were never sent: more in flight than the workload allows`)
  }
  if (open.length === 0 && !reached(journal, 'check')) open.push('the run did not come to its end')
  return open.map(text => ({ word: 'inconclusive', text }))
}

function reached(journal: Journal, phase: Phase): boolean {
  return journal.some(entry => entry.kind === 'phase' && entry.phase === phase)
}

function specialExit(journal: Journal): number | undefined {
  if (ofKind(journal, 'abort').some(({ signal }) => signal !== undefined)) {
    return exitCodes.interrupted
  }
  const unable = ofKind(journal, 'error').some(({ verdict }) => verdict === 'unable')
  return unable ? exitCodes.unable : undefined
}

function judgeChecks(
  findings: Readonly<Record<string, { readonly checker: string; readonly finding: Finding }>>,
): Readonly<Record<string, JudgedCheck>> {
  return Object.fromEntries(
    Object.entries(findings).map(([name, { checker, finding }]) => [name, { checker, ...finding }]),
  )
}

/** The last answer for each hypothesis and moment. */
function judgeHypotheses(journal: Journal): readonly JudgedHypothesis[] {
  const last = new Map<string, JudgedHypothesis>()
  for (const { hypothesis, when, held, value, expected } of ofKind(journal, 'probe')) {
    if (when === 'during') continue
    last.set(`${when} ${hypothesis}`, { sentence: hypothesis, when, held, value, expected })
  }
  return [...last.values()]
}

function judgeFaults(journal: Journal): readonly JudgedFault[] {
  const faults = new Map<number, JudgedFault>()
  for (const { id, label, step, landed, atMs, error } of ofKind(journal, 'fault')) {
    const known = faults.get(id) ?? { id, label }
    faults.set(id, {
      ...known,
      ...(step === 'planned' ? { plannedAtMs: atMs } : {}),
      ...(step === 'applied' ? { appliedAtMs: atMs } : {}),
      ...(step === 'landed' && landed !== undefined ? { landed } : {}),
      ...(step === 'healed' && error === undefined ? { healedAtMs: atMs } : {}),
    })
  }
  return [...faults.values()].sort((a, b) => a.id - b.id)
}

function ofKind<Kind extends Entry['kind']>(
  journal: Journal,
  kind: Kind,
): readonly Extract<Entry, { readonly kind: Kind }>[] {
  return journal.filter(
    (entry): entry is Extract<Entry, { readonly kind: Kind }> => entry.kind === kind,
  )
}
