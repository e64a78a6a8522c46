import type { Role } from '../../journal/crew-words.ts'

/** Somebody of the crew, or the console itself. */
export interface Person {
  readonly name: string
  readonly role: Role | 'console'
}

/** Signs what nobody clicked. */
export const theConsole: Person = { name: 'console', role: 'console' }
