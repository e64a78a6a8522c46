import { createPrivateKey, createPublicKey } from 'node:crypto'
import { errors, jwtVerify, SignJWT } from 'jose'
import { z } from 'zod'
import type { AuthConfig } from '../config.ts'
import type { Defences } from '../defences.ts'
import { Problem } from '../problem.ts'

const claims = z.object({ sub: z.uuid(), sid: z.uuid(), exp: z.number() })

export interface AccessToken {
  readonly userId: string
  readonly sessionId: string
}

/** A token that counts, and for how long it still does here. */
export interface ValidToken extends AccessToken {
  readonly expiresInMs: number
}

/**
 * Access tokens: short-lived JWTs, signed and verified with one algorithm and key only. One counts
 * for `clock-leeway` longer than it says, since the clock of who signed it may be behind.
 */
export interface Tokens {
  readonly lifetimeSeconds: number
  issue(token: AccessToken): Promise<string>
  /** @throws {Problem} 401 `token-expired` or `token-invalid`. */
  verify(text: string): Promise<ValidToken>
}

export function createTokens(
  { tokens, issuer, accessSeconds }: AuthConfig,
  defences: Defences,
): Tokens {
  const { algorithm } = tokens
  const keys = keysOf(tokens)
  const leeway = defences.on('clock-leeway') ? defences.settings('clock-leeway').seconds : 0
  return {
    lifetimeSeconds: accessSeconds,
    issue: ({ userId, sessionId }) =>
      new SignJWT({ sid: sessionId })
        .setProtectedHeader({ alg: algorithm, typ: 'at+jwt' })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(issuer)
        .setIssuedAt()
        .setExpirationTime(`${accessSeconds} s`)
        .sign(keys.sign),
    verify: async text => {
      try {
        // The list of algorithms is what refuses `none` and an RSA key used as an HMAC secret.
        const rules = {
          algorithms: [algorithm],
          issuer,
          audience: issuer,
          typ: 'at+jwt',
          clockTolerance: leeway,
        }
        const { payload } = await jwtVerify(text, keys.verify, rules)
        const { sub, sid, exp } = claims.parse(payload)
        const expiresInMs = (exp + leeway) * 1_000 - Date.now()
        return { userId: sub, sessionId: sid, expiresInMs }
      } catch (error) {
        const isExpired = error instanceof errors.JWTExpired
        const code = isExpired ? 'token-expired' : 'token-invalid'
        throw new Problem({ status: 401, code, title: 'Sign in again.', cause: error })
      }
    },
  }
}

function keysOf(tokens: AuthConfig['tokens']) {
  if (tokens.algorithm === 'HS256') {
    const secret = new TextEncoder().encode(tokens.secret)
    return { sign: secret, verify: secret }
  }
  const sign = createPrivateKey(tokens.privateKeyPem)
  return { sign, verify: createPublicKey(sign) }
}
