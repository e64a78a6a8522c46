import { request } from 'node:http'

/** Where an engine listens: a socket of this machine, or a port of another. */
export type EngineAddress =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number }

/**
 * Where the environment says the engine is: `DOCKER_HOST`, else Docker's own socket.
 * @throws {Error} for an address of a kind that is not known.
 */
export function engineAddress(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): EngineAddress {
  const url = URL.parse(environment.DOCKER_HOST || 'unix:///var/run/docker.sock')
  if (url?.protocol === 'unix:') return { socketPath: decodeURIComponent(url.pathname) }
  if (url?.protocol === 'tcp:') return { host: url.hostname, port: Number(url.port || 2375) }
  throw new Error(`DOCKER_HOST is '${environment.DOCKER_HOST}', neither unix:// nor tcp://`)
}

/** One call of the engine's HTTP API. Rejects with the error of the socket, whose `code` tells why. */
export function askEngine(
  address: EngineAddress,
  path: string,
  {
    method = 'GET',
    withinMs = 5_000,
    signal,
  }: {
    readonly method?: string
    readonly withinMs?: number
    readonly signal?: AbortSignal
  } = {},
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const late = AbortSignal.timeout(withinMs)
    const either = signal ? AbortSignal.any([signal, late]) : late
    const asked = request({ ...address, path, method, signal: either }, answer => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end()
  })
}
