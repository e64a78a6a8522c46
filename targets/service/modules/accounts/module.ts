import { createPasswords } from '../../identity/passwords.ts'
import type { Module } from '../../kit.ts'
import { addAccountRoutes } from './account-routes.ts'
import { createLeaving } from './leaving.ts'
import { createLoginThrottle } from './login-throttle.ts'
import { createMfa } from './mfa.ts'
import { migrations } from './migrations.ts'
import { oauthMigrations } from './oauth/migrations.ts'
import { startOauth } from './oauth/start.ts'
import { createRefreshTokens } from './refresh-tokens.ts'
import { createRegistration } from './registration.ts'
import { createUsers } from './repository.ts'
import { addSignInRoutes } from './routes.ts'
import { createSignIn } from './sign-in.ts'
import { createSuccessor } from './successor.ts'

export const accountsModule: Module = {
  name: 'accounts',
  migrations: { ...migrations, ...oauthMigrations },
  start: {
    api: (kit, http) => {
      const { config, db, transact, defences, identity } = kit
      const { auth, publicUrl } = config
      const passwords = createPasswords(defences)
      const users = createUsers(db)
      const mfa = createMfa(db, transact, users, auth.issuer)
      const throttle = createLoginThrottle(db, defences)
      const { tokens } = auth
      const secret = tokens.algorithm === 'HS256' ? tokens.secret : tokens.privateKeyPem
      const refreshTokens = createRefreshTokens(
        db,
        transact,
        auth.refreshSeconds,
        createSuccessor(secret),
        defences,
      )
      const signIn = createSignIn({ users, passwords, throttle, mfa, refreshTokens, identity })
      const registration = createRegistration({ db, transact, passwords, publicUrl })
      addSignInRoutes(http, { auth, identity, registration, signIn })
      const leaving = createLeaving({ identity, users, signIn })
      addAccountRoutes(http, { identity, users, passwords, leaving, mfa, signIn })
      startOauth(kit, http, signIn)
    },
  },
}
