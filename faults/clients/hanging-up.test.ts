import { clientContract } from '../testing/client-contract.ts'
import { site } from '../testing/client-site.ts'
import { hangingUp } from './hanging-up.ts'

clientContract([
  hangingUp(site, { clients: 3, path: '/never', after: '20ms' }),
  ({ aborted }) => aborted > 8,
])
