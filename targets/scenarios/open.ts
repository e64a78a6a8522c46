/** Scenarios that nothing shows yet: what will carry them, and what that waits for. */
interface Open {
  readonly carriedBy: string
  readonly waitsFor: string
}

const fault = (carriedBy: string): Open => ({
  carriedBy,
  waitsFor: 'that experiment; it means something only under a fault',
})

/** A scenario that a test, an experiment or a benchmark names is not open, whatever stands here. */
export const open: Readonly<Record<string, Open>> = {
  'PLT-05': fault('experiments/resource-exhaustion.ts'),
}
