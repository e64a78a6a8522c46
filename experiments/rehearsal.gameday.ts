import { allForms } from '../faults/all-forms.ts'
import { atMost, type Context, errorRatio, gameDay, hypothesis, p95 } from '../lab/index.ts'
import { adding, counter } from '../lab/testing/counter-target.ts'
import { withLinks } from '../targets/linked.ts'
import { listenAddress, startProxies } from '../targets/proxy.ts'

const traffic = adding({ perSecond: 20 })

/** One small server behind one link: starts in two seconds, for people who learn the console. */
async function start(context: Context) {
  await using starting = new AsyncDisposableStack()
  const proxies = starting.use(await startProxies(context))
  const system = starting.use(await counter().start(context))
  const { hostname: host, port } = new URL(system.url)
  const path = { consumer: 'client', provider: 'counter', protocol: 'http' } as const
  const link = await proxies.link({ ...path, upstream: { host, port: Number(port) } })
  const via = listenAddress(link)
  const running = starting.move()
  return {
    ...system,
    url: `http://${via.host}:${via.port}`,
    links: proxies.links,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

export default gameDay({
  title: 'Rehearsal with one counter',
  target: { name: 'counter', defences: [], start },
  workloads: [traffic],
  steadyState: [
    hypothesis('most additions succeed', errorRatio(traffic), atMost(0.05)),
    hypothesis('additions are quick', p95(traffic), atMost('500ms')),
  ],
  forms: allForms,
  parts: ({ server, links }) => [
    withLinks(server, links),
    ...links.map(link => ({ name: link.name, links: [link] })),
  ],
})
