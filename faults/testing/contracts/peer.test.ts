import { startPayments } from '../../../targets/payments.ts'
import { lastingContract } from '../contract.ts'
import { faultBench } from '../fault-bench.ts'
import { inPatience } from '../link-trials.ts'

await lastingContract({
  room: 'peer',
  selector: new URL('peer-part.ts', import.meta.url).href,
  bench: async () => {
    const { context, rig } = await faultBench()
    const { name, url, apiKey, admin } = await startPayments(context)
    const headers = { authorization: `Bearer ${apiKey}` }
    const charges = async () => {
      const { status } = await fetch(`${url}/charges/none`, { headers })
      return status === 404 ? 'well' : `${status}`
    }
    return {
      context,
      trial: async () => ({
        part: { name, url: admin.url, token: admin.token },
        hold: async () => {},
        use: () => inPatience(charges()),
      }),
      [Symbol.asyncDispose]: () => rig[Symbol.asyncDispose](),
    }
  },
})
