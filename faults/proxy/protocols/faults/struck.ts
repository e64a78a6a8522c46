import type { Session } from '../../contracts/message-stage.ts'
import type { Message } from '../../contracts/protocol.ts'
import { type Match, matcher } from './match.ts'

/** Says of each message whether the fault strikes it: it matches, and is one of the hits. */
export function striker(
  attributes: () => { readonly match: Match },
  session: Session,
): (message: Message) => boolean {
  let compiledFor: Match | undefined
  let fits = matcher({})
  return message => {
    const { match } = attributes()
    if (match !== compiledFor) {
      compiledFor = match
      fits = matcher(match)
    }
    const ageMs = performance.now() - session.connection.openedAtMs
    return fits(message, ageMs) && session.chosen()
  }
}

/**
 * A message that answers nothing and is not answered: a push, a notification, a frame. Compressed
 * frames do not stand alone: each is told in terms of those before it. Nor do fragments.
 */
export function standsAlone(message: Message): boolean {
  if (message.form === 'deflate' || message.form === 'fragment') return false
  if (message.awaited || message.answers !== undefined || message.minor) return false
  return message.direction === 'downstream' || message.kind === 'text' || message.kind === 'binary'
}
