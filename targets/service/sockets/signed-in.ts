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
 * A web socket outlives neither the session it signed in with nor the last token it showed: it is
 * closed within five seconds. While Redis is away all sessions count.
 */
export function watchSessions(
  kit: Pick<Kit, 'defences' | 'identity' | 'log' | 'onClose'>,
): SignedIn {
  const tokensExpire = kit.defences.on('websocket-token-expiry')
  const hearers = startRounds('sockets-sessions', everyMs, kit)
  return {
    watch: peer => {
      const hearer = {
        hear: async () => {
          const { caller } = peer
          if (!caller || !peer.isOpen) return
          if (tokensExpire && peer.isExpired) return peer.cut('token-expired', tokenExpired)
          if (await kit.identity.sessions.find(caller.sessionId)) return
          if (peer.caller === caller) peer.cut('session-ended', sessionEnded)
        },
      }
      hearers.add(hearer)
      return () => hearers.delete(hearer)
    },
  }
}

const tokenExpired = { code: 1008, text: 'the token has expired' }
const sessionEnded = { code: 1008, text: 'the session has ended' }
