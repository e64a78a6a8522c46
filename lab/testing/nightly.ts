/** How much a test tries: a sample in `pnpm test`, all of it every night, where `LAB_NIGHTLY` is set. */
export function atNight<T>(all: T, sample: T): T {
  return process.env.LAB_NIGHTLY ? all : sample
}
