const mostRedirects = 10

/**
 * Does what a user's browser does on the way through a sign-in: follows redirects and keeps the
 * cookies of each origin, until the next address begins with `until`, which it returns unvisited.
 * @throws {Error} when the way ends elsewhere.
 */
export async function followRedirects(from: string | URL, until: string): Promise<URL> {
  const jars = new Map<string, Map<string, string>>()
  let address = new URL(from)
  for (let step = 0; step < mostRedirects; step++) {
    const jar = jars.get(address.origin) ?? new Map<string, string>()
    jars.set(address.origin, jar)
    const answer = await fetch(address, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
      signal: AbortSignal.timeout(10_000),
    })
    for (const cookie of answer.headers.getSetCookie()) keep(cookie, jar)
    const location = answer.headers.get('location')
    if (!location) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`)
    await answer.body?.cancel()
    address = new URL(location, address)
    if (address.href.startsWith(until)) return address
  }
  throw new Error(`${from} did not lead to ${until} within ${mostRedirects} redirects.`)
}

function keep(cookie: string, jar: Map<string, string>): void {
  const [pair = ''] = cookie.split(';')
  const split = pair.indexOf('=')
  jar.set(pair.slice(0, split), pair.slice(split + 1))
}
