import { loadConfig } from './config.ts'

/** As a process, for who looks after containers: ends with 0 once every role of the configuration has started. */
const { ports, roles } = loadConfig(process.env)
for (const role of roles) {
  const url = `http://127.0.0.1:${ports[role]}/health/startup`
  const answer = await fetch(url, { signal: AbortSignal.timeout(1_500) })
  if (!answer.ok) throw new Error(`${role} answers ${answer.status}`)
}
