import { clientContract } from '../testing/client-contract.ts'
import { site } from '../testing/client-site.ts'
import { silent } from './silent.ts'

const asksNothing = ({ asked }: { readonly asked: number }) => asked === 0

clientContract(
  [silent(site, { clients: 5 }), asksNothing],
  [silent(site, { clients: 5, trickles: true }), asksNothing],
)
