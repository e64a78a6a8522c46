import type { Defences } from '../../defences.ts'
import type { Lane, NewMessage } from './message.ts'

interface Rule {
  readonly lane: Lane
  readonly matches: (message: NewMessage) => boolean
}

/** The first that matches decides. */
const rules: readonly Rule[] = [
  { lane: 'review', matches: ({ quality }) => quality !== undefined && quality < 0.3 },
  { lane: 'urgent', matches: ({ priority }) => priority >= 8 },
  { lane: 'bulk', matches: ({ priority }) => priority <= 1 },
]

/** The lanes that workers look into, the most urgent first. */
export const lanes: readonly Lane[] = ['urgent', 'default', 'review', 'bulk']

/** Which lane a message goes to. */
export function createRouter(defences: Pick<Defences, 'on'>): (message: NewMessage) => Lane {
  const otherwise = defences.on('default-lane') ? 'default' : 'unrouted'
  return message => rules.find(({ matches }) => matches(message))?.lane ?? otherwise
}
