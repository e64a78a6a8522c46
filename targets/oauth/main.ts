/** An authorization server as a process of its own: real OAuth 2.0 and OpenID Connect with PKCE. */
import { createServer } from 'node:http'
import { adminServer } from '../peers/admin.ts'
import { closeWhileAway } from '../peers/away.ts'
import { FaultBoard } from '../peers/fault-board.ts'
import { Port } from '../peers/port.ts'
import { serve } from '../peers/serve.ts'
import { readSettings } from '../peers/settings.ts'
import { type OauthFault, oauthFault } from './fault.ts'
import { misbehave } from './misbehave.ts'
import { authorizationServer } from './provider.ts'
import { oauthSettings } from './settings.ts'
import { OauthStore } from './store.ts'
import { addTestLogin } from './test-login.ts'

const settings = await readSettings(oauthSettings)
using store = new OauthStore(settings.dataFile)
const board = new FaultBoard<OauthFault>()
const http = createServer()
const port = new Port(settings, socket => http.emit('connection', socket))
closeWhileAway(port, board)
const admin = adminServer(settings.adminToken, board, oauthFault)

await serve(settings, {
  admin,
  listen: async () => {
    await port.open()
    const url = `http://${settings.host}:${port.number}`
    const provider = authorizationServer(settings.issuer ?? url, settings, store)
    misbehave(provider, board)
    addTestLogin(provider, settings.users)
    http.on('request', provider.callback())
    return url
  },
  close: () => port.close(),
})
