import type { Module } from '../../kit.ts'
import { addSessionRoutes } from './routes.ts'

const serve: Module['start']['api'] = ({ identity }, http) => addSessionRoutes(http, identity)

/** The same in every kind of process: a session holds across services, not only instances. */
export const sessionsModule: Module = {
  name: 'sessions',
  start: { api: serve, realtime: serve, worker: serve },
}
