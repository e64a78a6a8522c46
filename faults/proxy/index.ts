export { type Landed, ProxyClient } from './client/client.ts'
export type { ToxicRequest, ToxicType } from './client/toxic-request.ts'
export { type ProxyServer, type ServerOptions, startProxyServer } from './server.ts'
