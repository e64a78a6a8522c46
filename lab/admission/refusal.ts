import { LabError } from '../base/errors.ts'

/** Something in a plan that keeps it from answering its question. */
export interface Refusal {
  readonly code: string
  readonly expected: string
  readonly found: string
  readonly why: string
  readonly next: string
}

/** One error that tells all that is wrong at once; it counts as wrong usage (64). */
export function refusalError(first: Refusal, more: readonly Refusal[]): LabError {
  const also = more.map(one => `\n           also: expected ${one.expected}; found ${one.found}`)
  return new LabError({ ...first, found: first.found + also.join('') }, 'usage')
}

/** The names that stand more than once. */
export function doubled(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
}
