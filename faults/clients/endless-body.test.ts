import { clientContract } from '../testing/client-contract.ts'
import { site } from '../testing/client-site.ts'
import { endlessBody } from './endless-body.ts'

/** More than fits into all buffers on the way. */
const muchBytes = 50_000_000

clientContract([
  endlessBody(site, { clients: 3, path: '/upload' }),
  ({ takenBytes }) => takenBytes > muchBytes,
])
