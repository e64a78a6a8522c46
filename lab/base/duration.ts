/** A duration as users write it: `'250ms'`, `'5s'`, `'2m'`. Inside the lab it is a number named `…Ms`. */
export type Duration = `${number}ms` | `${number}s` | `${number}m`

const factors = { ms: 1, s: 1_000, m: 60_000 } as const

export function toMs(duration: Duration): number {
  return parseDuration(duration)
}

/** @throws {RangeError} when the text is no duration, negative, or not finite. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text)
  const unit = match?.[2] as keyof typeof factors | undefined
  if (!match || !unit) {
    throw new RangeError(
      `Expected a duration such as '250ms', '5s' or '2m', found ${JSON.stringify(text)}.`,
    )
  }
  return Number(match[1]) * factors[unit]
}
