import { choice } from '../forms/fields.ts'
import { links } from '../forms/needs.ts'

/** What the forms of faults at any link have in common. */
export const common = { family: 'network', of: links }

/** Which connections: those there are when it strikes too, or those alone. */
export const connections = choice('Which connections', ['all', 'present'])

/** As a fault takes it. */
export function chosen(word: 'all' | 'present'): { readonly which?: 'present' } {
  return word === 'present' ? { which: 'present' } : {}
}
