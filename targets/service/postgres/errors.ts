import { classify, codeOf } from '../failure.ts'

/** It cannot be reached or cannot serve right now; whether a statement was done is not known. */
export function isAway(error: unknown): boolean {
  return classify(error).fault === 'server'
}

/** @param constraint the constraint's or index's name. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return (
    codeOf(error) === '23505' &&
    error instanceof Error &&
    'constraint' in error &&
    error.constraint === constraint
  )
}
