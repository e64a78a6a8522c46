/** A payment gateway as a process of its own: real HTTP, real books, and faults on request. */
import fastify from 'fastify'
import { adminServer } from '../peers/admin.ts'
import { Attempts } from '../peers/attempts.ts'
import { FaultBoard } from '../peers/fault-board.ts'
import type { HttpFault } from '../peers/http-fault.ts'
import { misbehave } from '../peers/misbehave.ts'
import { answerProblems } from '../peers/problem.ts'
import { serve } from '../peers/serve.ts'
import { readSettings } from '../peers/settings.ts'
import { type PaymentFault, paymentFault } from './fault.ts'
import { PaymentLedger } from './ledger.ts'
import { paymentRoutes } from './routes.ts'
import { paymentSettings } from './settings.ts'

const settings = await readSettings(paymentSettings)
using ledger = new PaymentLedger(settings.dataFile)
const board = new FaultBoard<PaymentFault>()
const attempts = new Attempts()

const app = fastify({ forceCloseConnections: true })
answerProblems(app)
attempts.watch(app)
misbehave(app, route => {
  const fault = board.take(route, isHttp)
  return fault && isHttp(fault) ? fault : undefined
})
paymentRoutes(app, {
  apiKey: settings.apiKey,
  ledger,
  declines: () => board.take('POST /charges', fault => fault.kind === 'decline') !== undefined,
})

const admin = adminServer(settings.adminToken, board, paymentFault)
admin.get('/statement', () => ledger.statement())
admin.get('/attempts', () => attempts.report())

await serve(settings, {
  admin,
  listen: () => app.listen({ host: settings.host, port: settings.port }),
  close: () => app.close(),
})

function isHttp(fault: PaymentFault): fault is HttpFault {
  return fault.kind !== 'decline'
}
