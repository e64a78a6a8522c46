import { z } from 'zod'

const proxyAnswer = z.object({ listen: z.string() })

/** Calls the API of a contestant and expects success; resolves to the JSON answered. */
export async function call(url: string, send: string, body?: unknown): Promise<unknown> {
  const [method = 'GET', path = '/'] = send.split(' ')
  const answer = await fetch(`${url}${path}`, {
    method,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${send} → ${answer.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

/** Creates a proxy on a free port; resolves to where it listens. */
export async function makeProxy(
  url: string,
  order: { readonly name: string; readonly upstream: string; readonly [field: string]: unknown },
): Promise<string> {
  const answer = await call(url, 'POST /proxies', { listen: '127.0.0.1:0', ...order })
  return proxyAnswer.parse(answer).listen
}

export async function addToxic(url: string, proxy: string, toxic: object): Promise<void> {
  await call(url, `POST /proxies/${proxy}/toxics`, toxic)
}
