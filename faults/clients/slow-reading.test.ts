import { clientContract } from '../testing/client-contract.ts'
import { site } from '../testing/client-site.ts'
import { slowReading } from './slow-reading.ts'

clientContract(
  [
    slowReading(site, { clients: 3, path: '/big', bytesPerSecond: 10_000 }),
    ({ asked }) => asked === 3,
  ],
  [
    slowReading(site, { clients: 3, path: '/big', bytesPerSecond: 0 }),
    ({ unwritten }) => unwritten === 3,
  ],
  [
    slowReading(site, { clients: 2, path: '/chat', bytesPerSecond: 0, webSocket: true }),
    ({ unwritten }) => unwritten === 2,
  ],
)
