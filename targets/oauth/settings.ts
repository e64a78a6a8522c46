import { z } from 'zod'
import { peerSettings } from '../peers/settings.ts'

const seconds = z.int().min(1)

export const oauthSettings = peerSettings.extend({
  /** The name in tokens and metadata; default the server's own address. */
  issuer: z.url().optional(),
  clients: z
    .array(
      z.strictObject({
        clientId: z.string().min(1),
        /** None: a public client, which PKCE alone protects. */
        clientSecret: z.string().min(8).optional(),
        redirectUris: z.array(z.url()).min(1),
      }),
    )
    .min(1),
  users: z
    .array(z.strictObject({ sub: z.string().min(1), email: z.email(), name: z.string() }))
    .min(1),
  accessTokenSeconds: seconds.default(300),
  authorizationCodeSeconds: seconds.default(60),
  refreshTokenSeconds: seconds.default(86_400),
})

export type OauthSettings = z.infer<typeof oauthSettings>
