import { clientContract } from '../testing/client-contract.ts'
import { site } from '../testing/client-site.ts'
import { flooding } from './flooding.ts'

clientContract([flooding(site, { clients: 3, path: '/quick' }), ({ asked }) => asked > 200])
