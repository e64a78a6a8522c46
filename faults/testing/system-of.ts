import type { LabSystem } from '../../lab/model/target.ts'

/** A system that is one part. The part is plain data where another process shall aim at it too. */
export interface PartSystem<Part> extends LabSystem {
  readonly part: Part
}

export function systemOf<Part>(part: Part): PartSystem<Part> {
  return { part, links: [], describe: () => ({}), [Symbol.asyncDispose]: async () => {} }
}

/** The selector of every fault that is tried by the contract. */
export function thePart<Part>(): ((system: PartSystem<Part>) => Part) & { readonly label: string } {
  return Object.assign((system: PartSystem<Part>) => system.part, { label: 'part' })
}
