/** The words a run can end with, worst first. Anything but `held` is not green. */
export const verdicts = ['not-restored', 'error', 'broken', 'inconclusive', 'held'] as const
export type Verdict = (typeof verdicts)[number]

/** `unable`: this machine cannot run it; `usage` is EX_USAGE of sysexits.h; `interrupted` is 128 + SIGINT. */
export const exitCodes = {
  held: 0,
  broken: 1,
  inconclusive: 2,
  'not-restored': 3,
  error: 4,
  unable: 5,
  usage: 64,
  interrupted: 130,
} as const satisfies Record<Verdict | 'unable' | 'usage' | 'interrupted', number>

/** The worst of the given words; `inconclusive` for none, since nothing was shown. */
export function worst(words: readonly Verdict[]): Verdict {
  return verdicts.find(word => words.includes(word)) ?? 'inconclusive'
}
