import { type Experiment, experiment, httpTraffic, noLostWrites } from 'resilience-lab'
import { noLostWrites as same } from 'resilience-lab/checkers'
import { latency, loseAcknowledgement } from 'resilience-lab/faults'
import { type ProxyServer, startProxyServer } from 'resilience-lab/proxy'
import { postgres, service, system } from 'resilience-lab/targets'
import { openLab } from 'resilience-lab/test'
import { test } from 'resilience-lab/vitest'

const target = system({ database: postgres(), api: service({ command: 'node server.js' }) })
const lossy = loseAcknowledgement(target.links('api', 'database'), { on: { statement: 'COMMIT' } })
const late = latency(target.links('api', 'database'), '50ms')
// @ts-expect-error: a delay is a duration, and the declarations say so.
latency(target.links('api', 'database'), 50)
// @ts-expect-error: there is no such part.
target.links('api', 'cache')

export type { Experiment, ProxyServer }
export { experiment, httpTraffic, late, lossy, noLostWrites, openLab, same, startProxyServer, test }
