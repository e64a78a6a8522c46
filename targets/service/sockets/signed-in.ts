import type { Kit } from '../kit.ts'
import type { Peer } from './peer.ts'
import { startRounds } from './rounds.ts'

/** Whose sessions are looked at. */
export interface SignedIn {
  /** Returns how to stop. */
  watch(peer: Peer): () => void
}

const everyMs = 5_000

/**
 * A web socket may outlive the token it signed in with, but not its session: whoever was logged out
 * is cut off within five seconds. While Redis is away nobody is.
 */
export function watchSessions(kit: Pick<Kit, 'identity' | 'log' | 'onClose'>): SignedIn {
  const hearers = startRounds('sockets-sessions', everyMs, kit)
  return {
    watch: peer => {
      const hearer = {
        hear: async () => {
          const { caller } = peer
          if (!caller || (await kit.identity.sessions.find(caller.sessionId))) return
          if (peer.caller === caller) peer.cut('session-ended', sessionEnded)
        },
      }
      hearers.add(hearer)
      return () => hearers.delete(hearer)
    },
  }
}

const sessionEnded = { code: 1008, text: 'the session has ended' }
