/** A scenario that nothing shows yet: what will carry it, and what that waits for. */
interface Open {
  readonly carriedBy: string
  readonly waitsFor: string
}

/** A scenario that a test, an experiment or a benchmark names is not open, whatever stands here. */
export const open: Readonly<Record<string, Open>> = {}
