import { createHash } from 'node:crypto'
import type { SessionStore } from '../../identity/session-store.ts'

/** Sessions of the directory's people, in the store that all sessions are in. */
export interface DirectorySessions {
  start(personId: number, binding: string): Promise<{ cookie: string; csrf: string }>
  /** Whose it is; undefined when it is over, or comes from elsewhere. */
  open(cookie: string, binding: string): Promise<{ personId: number; csrf: string } | undefined>
}

const device = (personId: number) => `directory:${personId}`

export function createDirectorySessions(sessions: SessionStore): DirectorySessions {
  return {
    start: async (personId, binding) => {
      const userId = uuidFor(personId)
      const wanted = { userId, binding, device: device(personId) }
      const { cookie, session } = await sessions.create(wanted)
      return { cookie, csrf: session.csrf }
    },
    open: async (cookie, binding) => {
      const session = await sessions.open(cookie)
      const personId = Number(session?.device.split(':')[1])
      // The name of a device is the caller's own elsewhere; the id made from it is not.
      if (!session || session.binding !== binding || session.userId !== uuidFor(personId)) {
        return undefined
      }
      return { personId, csrf: session.csrf }
    },
  }
}

/** A name-based UUID, which no account of the shop can have: theirs are random. */
function uuidFor(personId: number): string {
  const hex = createHash('sha256').update(device(personId)).digest('hex')
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-8$4-$5')
}
