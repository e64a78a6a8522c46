/** A third party's commerce API as a process of its own: real HTTP, and faults on request. */
import fastify from 'fastify'
import { adminServer } from '../peers/admin.ts'
import { Attempts } from '../peers/attempts.ts'
import { FaultBoard } from '../peers/fault-board.ts'
import type { HttpFault } from '../peers/http-fault.ts'
import { misbehave } from '../peers/misbehave.ts'
import { answerProblems } from '../peers/problem.ts'
import { serve } from '../peers/serve.ts'
import { readSettings } from '../peers/settings.ts'
import { type MarketplaceFault, marketplaceFault } from './fault.ts'
import { createLag } from './lag.ts'
import { marketplaceRoutes } from './routes.ts'
import { marketplaceSettings } from './settings.ts'
import { ShopBooks } from './shop-books.ts'

const settings = await readSettings(marketplaceSettings)
using books = new ShopBooks(settings.dataFile, settings.products)
const board = new FaultBoard<MarketplaceFault>()
const attempts = new Attempts()

const app = fastify({ forceCloseConnections: true })
answerProblems(app)
attempts.watch(app)
misbehave(app, route => {
  const fault = board.take(route, isHttp)
  return fault && isHttp(fault) ? fault : undefined
})
marketplaceRoutes(app, settings, books, createLag(board))

const admin = adminServer(settings.adminToken, board, marketplaceFault)
admin.get('/statement', () => ({ orders: books.orders(), products: books.products('', 100_000) }))
admin.get('/attempts', () => attempts.report())

await serve(settings, {
  admin,
  listen: () => app.listen({ host: settings.host, port: settings.port }),
  close: () => app.close(),
})

function isHttp(fault: MarketplaceFault): fault is HttpFault {
  return fault.kind !== 'lagging'
}
