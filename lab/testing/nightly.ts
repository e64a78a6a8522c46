/** How much a test tries: a sample in `pnpm test`, all of it every night, where `LAB_NIGHTLY` is set. */
export function atNight<T>(all: T, sample: T): T {
  return process.env.LAB_NIGHTLY ? all : sample
}

/** How many cases a property makes up: a quarter of them in `pnpm test`, at least one. */
export function cases(all: number): number {
  return atNight(all, Math.ceil(all / 4))
}
