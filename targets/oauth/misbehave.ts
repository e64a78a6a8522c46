import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Provider } from 'oidc-provider'
import type { FaultBoard } from '../peers/fault-board.ts'
import type { OauthFault } from './fault.ts'

/** Lets the authorization server misbehave as the board says. Must be added before other routes. */
export function misbehave(provider: Provider, board: FaultBoard<OauthFault>): void {
  provider.use(async (ctx, next) => {
    const fault = board.take(`${ctx.method} ${ctx.path}`, ({ kind }) => kind !== 'away')
    if (fault?.kind === 'slow') await setTimeout(fault.delayMs)
    if (!fault || !('after' in fault)) return next()
    if (fault.after) await next()
    if (fault.kind === 'status') {
      ctx.status = fault.status
      if (fault.retryAfterSeconds !== undefined)
        ctx.set('retry-after', `${fault.retryAfterSeconds}`)
      ctx.body = { error: 'temporarily_unavailable' }
      return
    }
    ctx.respond = false
    if (fault.kind === 'reset') ctx.req.socket.resetAndDestroy()
    else await once(ctx.req.socket, 'close')
  })
}
